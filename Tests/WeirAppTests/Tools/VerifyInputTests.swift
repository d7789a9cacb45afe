// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import EVMRPC
import Foundation
import Testing

@testable import WeirApp

/// The tool's own ways: order, lines, files.
@Suite("verify: input")
struct VerifyInputTests {
    @Test func everyLineIsALineAndTheLastNeedsNoEnd() {
        for (text, lines) in [
            ("", []), ("\n", [""]), ("a", ["a"]), ("a\n", ["a"]), ("a\n\nb", ["a", "", "b"]),
        ] {
            let found = unsafe VerifyTool.lines(of: Array(text.utf8).span.bytes)
            #expect(found.map { String(decoding: $0, as: UTF8.self) } == lines)
        }
    }

    @Test func documentsMayBeWrittenOverLinesAndBadOnesEndAtTheNextMargin() {
        for (text, documents) in [
            ("", []), (" \n ", []), ("{}\n{}", ["{}", "{}"]),
            ("{\n  \"a\": {\n  }\n}\n[1,\n2]\n", ["{\n  \"a\": {\n  }\n}", "[1,\n2]"]),
            ("nonsense\n{}", ["nonsense\n", "{}"]), ("{\"a\":\n{}", ["{\"a\":\n", "{}"]),
            ("{\"a\":x\n  {\n{}", ["{\"a\":x\n  {\n", "{}"]),
        ] {
            let found = unsafe VerifyTool.documents(of: Array(text.utf8).span.bytes)
            #expect(found.map { String(decoding: $0, as: UTF8.self) } == documents)
        }
    }

    @Test func aBlockIsNamedByNumberHashOrTag() {
        let hash = "0x" + String(repeating: "ab", count: 32)
        let cases: [(String, BlockSelector?)] = [
            ("latest", .tag(.latest)), ("safe", .tag(.safe)), ("finalized", .tag(.finalized)),
            ("0", .number(BlockNumber(0))), ("17", .number(BlockNumber(17))),
            ("0x11", .number(BlockNumber(17))),
            ("18446744073709551615", .number(BlockNumber(.max))),
            (hash, .hash(.init(words: 0, 0, 0, 0))), ("", nil), ("-1", nil), ("0x", nil),
            ("1.5", nil), ("18446744073709551616", nil), ("pending", nil),
            (String(hash.dropLast()), nil), ("0x" + String(repeating: "zz", count: 32), nil),
        ]
        for (text, selector) in cases {
            switch (BlockInspector.selector(text), selector) {
            case (.hash(let found)?, .hash?): #expect("\(found)" == text)
            case (let found, let expected): #expect(found == expected, "\(text)")
            }
        }
    }

    @Test func aLineAboveTheLimitCostsAnErrorAndNotTheRun() async throws {
        let folder = FileManager.default.temporaryDirectory
        let (source, target) = (
            folder.appendingPathComponent("weir-verify-\(UUID().uuidString)").path,
            folder.appendingPathComponent("weir-verify-\(UUID().uuidString)").path
        )
        defer {
            for path in [source, target] { try? FileManager.default.removeItem(atPath: path) }
        }
        let long = String(repeating: "x", count: 5 << 20)
        let text = "{}\n\(long)\n[]\n\(long)"
        try Data(text.utf8).write(to: URL(fileURLWithPath: source))
        try Data().write(to: URL(fileURLWithPath: target))
        let handle = try #require(FileHandle(forWritingAtPath: target))
        try await VerifyTool.batch(
            ByteInput(path: source, boundary: .line, limitBytes: 1 << 20),
            ByteOutput(descriptor: handle.fileDescriptor))
        let lines = try String(contentsOfFile: target, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 4)
        #expect(lines[0] == #"{"error":"block is missing"}"#)
        #expect(lines[1].contains("longer than 1048576 bytes"))
        #expect(lines[2].contains("kind array"))
        #expect(lines[3].contains("longer than 1048576 bytes"))
    }
}
