// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import WeirTestSupport

@testable import WeirApp

@Suite("input in pieces")
struct ToolsInputTests {
    /// The pieces of a file with this text.
    private func pieces(_ bytes: [UInt8], _ boundary: ByteInput.Boundary) throws -> [[UInt8]] {
        let path = FileManager.default.temporaryDirectory
            .appendingPathComponent("weir-input-\(UUID().uuidString)").path
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        var input = try ByteInput(path: path, boundary: boundary)
        var pieces: [[UInt8]] = []
        while try input.next({ piece throws(ToolError) in
            pieces.append(unsafe piece.withUnsafeBytes { unsafe Array($0) })
        }) {}
        return pieces
    }

    @Test func piecesOfAnyTextPutTogetherAreTheTextAndEndAtLines() throws {
        var random = SeededRandom(seed: 11)
        for round in 0..<6 {
            var bytes: [UInt8] = []
            // Lines of up to 300 kB, so that some lie across the reads of 1 MiB.
            while bytes.count < round * 900_000 {
                bytes += [UInt8](repeating: 0x61, count: Int(random.next() % 300_000))
                bytes.append(0x0a)
            }
            if round % 2 == 0 { bytes += Array("no line feed".utf8) }
            let pieces = try self.pieces(bytes, .line)
            #expect(Array(pieces.joined()) == bytes)
            #expect(pieces.dropLast().allSatisfy { $0.last == 0x0a })
        }
    }

    @Test func aDocumentOverManyLinesStaysWhole() throws {
        let entry = "  {\n    \"a\": \"\(String(repeating: "x", count: 500))\"\n  }"
        let document =
            "[\n" + [String](repeating: entry, count: 5_000).joined(separator: ",\n")
            + "\n]\n"
        let text = Array((document + document + document).utf8)
        let pieces = try self.pieces(text, .document)
        #expect(Array(pieces.joined()) == text)
        #expect(pieces.allSatisfy { $0.count % document.utf8.count == 0 })
    }

    @Test func whatCannotBeReadIsAnErrorWithItsPath() {
        #expect(throws: ToolError.unreadable(path: "/", reason: "it is a folder")) {
            _ = try ByteInput(path: "/", boundary: .line)
        }
        #expect(throws: ToolError.self) {
            _ = try ByteInput(path: "/nonexistent", boundary: .line)
        }
    }
}
