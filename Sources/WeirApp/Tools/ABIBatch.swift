// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMABI

/// The batch forms of `weir abi`: one line of JSON in, one line of JSON out, in order.
package enum ABIBatch: Sendable {
    case decode, encode, event, selector

    /// Serves standard input until it ends. A bad line gives `{"error":"…"}`, and the run goes on;
    /// answers leave before the next read waits, so that a program may talk with it.
    ///
    /// - Throws: `ToolError.outputClosed` where nobody reads the answers any more.
    package func run(path: String? = nil) throws(ToolError) {
        var input = try ByteInput(path: path, boundary: .line)
        var output = ByteOutput()
        var ready: [UInt8] = []
        var isGoing = true
        while isGoing {
            isGoing = try input.next(
                waiting: { () throws(ToolError) in
                    try output.write(ready)
                    ready.removeAll(keepingCapacity: true)
                    try output.flush()
                },
                { piece throws(ToolError) in
                    Self.forEachLine(piece) { line in
                        ready += self.answer(line)
                        ready.append(0x0a)
                    }
                })
        }
        try output.write(ready)
        try output.flush()
    }

    private func answer(_ line: [UInt8]) -> [UInt8] {
        switch self {
        case .decode: BatchTools.decodeLine(line)
        case .encode: BatchTools.encodeLine(line)
        case .event: BatchTools.eventLine(line)
        case .selector: BatchTools.selectorLine(line)
        }
    }

    private static func forEachLine(_ piece: RawSpan, _ body: ([UInt8]) -> Void) {
        var line: [UInt8] = []
        for offset in piece.byteOffsets {
            let byte = unsafe piece.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
            if byte == 0x0a {
                body(line)
                line.removeAll(keepingCapacity: true)
            } else {
                line.append(byte)
            }
        }
        if !line.isEmpty { body(line) }
    }
}
