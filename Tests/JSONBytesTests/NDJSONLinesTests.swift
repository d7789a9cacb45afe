// Weir
// SPDX-License-Identifier: Apache-2.0

import JSONBytes
import Testing

struct NDJSONLinesTests {
    /// Everything that comes out, lines as text and refused lines as `!number`.
    private func split(
        _ content: [UInt8], chunkLength: Int, maxLineBytes: Int,
    ) -> [String] {
        var lines = NDJSONLines(maxLineBytes: maxLineBytes)
        var out: [String] = []
        func drain() {
            while true {
                do throws(JSONError) {
                    guard let line = try lines.next() else { return }
                    let text = String(decoding: lines.buffer[line], as: UTF8.self)
                    out.append("\(lines.lineNumber):\(text)")
                } catch {
                    #expect(error == .lineTooLong(line: lines.lineNumber, limit: maxLineBytes))
                    out.append("!\(lines.lineNumber)")
                }
            }
        }
        var at = 0
        while at < content.count {
            let end = min(at + chunkLength, content.count)
            lines.append(content[at..<end])
            drain()
            #expect(lines.buffer.count <= maxLineBytes + 2 * chunkLength + 1)
            at = end
        }
        lines.finish()
        drain()
        drain()
        return out
    }

    @Test(arguments: [
        ("", [String]()),
        ("\n", []),
        ("{}", ["1:{}"]),
        ("{}\n", ["1:{}"]),
        ("{}\n[]", ["1:{}", "2:[]"]),
        ("{}\r\n[]\r\n", ["1:{}", "2:[]"]),
        ("\n\n{}\n \t\r\n[]\n\n", ["3:{}", "5:[]"]),
        ("a\r", ["1:a"]),
        ("0123456789\nok", ["1:0123456789", "2:ok"]),
        ("0123456789a\nok", ["!1", "2:ok"]),
        ("x\n0123456789abcdefghijklmnopqrstuvwxyz\nok\n", ["1:x", "!2", "3:ok"]),
        ("0123456789abcdefghijklmnopqrstuvwxyz", ["!1"]),
        ("0123456789abcdef\n0123456789abcdef\nz", ["!1", "!2", "3:z"]),
        ("0123456789abcdef\n\n\nz", ["!1", "4:z"]),
    ])
    func linesAreTheSameHoweverTheBytesArrive(_ text: String, _ expected: [String]) {
        for chunkLength in 1...45 {
            #expect(
                self.split(Array(text.utf8), chunkLength: chunkLength, maxLineBytes: 10)
                    == expected, "chunks of \(chunkLength)")
        }
    }

    @Test func randomLinesAreSplitAsBySearchingForLineFeeds() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            let content = (0..<Int.random(in: 0...200, using: &generator)).map { _ in
                [0x61, 0x62, 0x0b, 0x0a, 0x7b, 0xe2].randomElement(using: &generator) ?? 0
            }.map { UInt8($0) }
            var expected: [String] = []
            for (index, line) in content.split(separator: 0x0a, omittingEmptySubsequences: false)
                .enumerated() where !line.isEmpty
            {
                expected.append(
                    line.count > 15
                        ? "!\(index + 1)"
                        : "\(index + 1):\(String(decoding: line, as: UTF8.self))")
            }
            let chunkLength = Int.random(in: 1...50, using: &generator)
            #expect(
                self.split(content, chunkLength: chunkLength, maxLineBytes: 15) == expected,
                "seed \(seed)")
        }
    }
}
