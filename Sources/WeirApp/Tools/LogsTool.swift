// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMABI
package import EventTools

/// `weir abi logs`: recorded logs in, decoded events out.
package enum LogsTool {
    /// Decodes standard input or a file to the end.
    ///
    /// - Parameters:
    ///   - abi: a JSON ABI, a text of fragments, or a folder of them.
    ///   - isMeasuring: decodes and counts, and writes no events.
    /// - Returns: what was read, and the seconds that parsing and decoding took, without the
    ///   reading of the file.
    package static func run(
        abi: String, path: String?, isMeasuring: Bool,
    ) throws(ToolError) -> (statistics: LogStatistics, seconds: Double) {
        var decoder = LogStreamDecoder(
            catalog: try ABIFolder.catalog(abi), isWriting: !isMeasuring)
        var input = try ByteInput(path: path, boundary: .document)
        var output = ByteOutput()
        let clock = ContinuousClock()
        var time = Duration.zero
        var isGoing = true
        while isGoing {
            isGoing = try input.next(
                waiting: { () throws(ToolError) in try output.flush() },
                { piece throws(ToolError) in
                    let start = clock.now
                    decoder.decode(piece)
                    time += clock.now - start
                    if !isMeasuring { try output.write(decoder.takeOutput()) }
                })
        }
        try output.flush()
        let (seconds, attoseconds) = time.components
        return (decoder.statistics, Double(seconds) + Double(attoseconds) / 1e18)
    }
}
