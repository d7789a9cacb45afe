// Weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Tabular
import WeirApp

extension TableFormat: ExpressibleByArgument {}

/// `--output`, for commands that print a table.
struct OutputOptions: ParsableArguments {
    @Option(name: .customLong("output"), help: "table, json, csv or markdown.")
    var format = TableFormat.table

    func print(_ table: Table) throws {
        try ByteOutput.write(Array(table.rendered(as: self.format).utf8))
    }

    /// Prints a table, or in its place JSON that has a shape of its own.
    func print(_ table: Table, json: [UInt8]) throws {
        guard self.format == .json else { return try self.print(table) }
        try ByteOutput.write(json + (json.last == 0x0a ? [] : [0x0a]))
    }
}
