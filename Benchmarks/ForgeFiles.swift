// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import Foundation
import Glibc
import JSONBytes

/// A file that is written from front to back.
final class OutputFile {
    private let descriptor: Int32
    private let path: String
    private var buffer: [UInt8] = []
    private var hasFailed = false
    private static let room = 1 << 20

    init(_ url: URL) throws {
        self.path = url.path
        self.descriptor = unsafe open(url.path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        guard self.descriptor >= 0 else {
            throw ForgeError(description: "\(url.path) cannot be written")
        }
    }

    func append(_ bytes: [UInt8]) {
        self.buffer.append(contentsOf: bytes)
        if self.buffer.count >= Self.room { self.flush() }
    }

    private func flush() {
        var done = 0
        while done < self.buffer.count, !self.hasFailed {
            let written = unsafe self.buffer[done...].withUnsafeBytes { bytes in
                unsafe write(self.descriptor, bytes.baseAddress, bytes.count)
            }
            if written > 0 { done += written } else { self.hasFailed = true }
        }
        self.buffer.removeAll(keepingCapacity: true)
    }

    /// Throws if anything could not be written.
    func finish() throws {
        self.flush()
        if Glibc.close(self.descriptor) != 0 || self.hasFailed {
            throw ForgeError(description: "\(self.path) could not be written whole")
        }
    }
}

/// What a forge writes block by block.
struct ForgeFiles {
    let logs: OutputFile
    private let blocks: OutputFile
    private let transactions: OutputFile
    private let blooms: OutputFile

    init(_ folder: URL) throws {
        self.logs = try OutputFile(folder.appending(path: "logs.ndjson"))
        self.blocks = try OutputFile(folder.appending(path: "blocks.ndjson"))
        self.transactions = try OutputFile(folder.appending(path: "transactions.ndjson"))
        self.blooms = try OutputFile(folder.appending(path: "blooms.txt"))
    }

    func append(_ block: ForgedBlock) {
        var json = JSONWriter()
        block.writeHeader(to: &json)
        self.blocks.append(json.bytes)
        json.removeAll()
        block.writeTransactions(to: &json)
        self.transactions.append(json.bytes)
        for receipt in block.receipts {
            var line: [UInt8] = []
            Hex.append(receipt.logsBloom.bytes, to: &line)
            line.append(0x0a)
            self.blooms.append(line)
        }
    }

    func close() throws {
        for file in [self.logs, self.blocks, self.transactions, self.blooms] { try file.finish() }
    }
}
