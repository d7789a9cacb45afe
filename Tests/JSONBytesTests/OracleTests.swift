// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSONBytes
import Testing

/// Random mutations of good documents, judged by Foundation's `JSONSerialization` as well.
///
/// Known differences, all on purpose, and left out of the comparison:
/// - a leading byte order mark, UTF-16 and UTF-32 are taken by Foundation, refused by us;
/// - half of a surrogate pair is refused by both as text, but we skip over it;
/// - numbers beyond the range of a `Double` are refused by Foundation, kept as text by us;
/// - a comma before a closing bracket is taken by Foundation, refused by us.
struct OracleTests {
    private static let seeds: [String] = [
        """
        {"jsonrpc":"2.0","id":1,"result":[{"address":"0xab","topics":["0x01","0x02"],\
        "n":null}]}
        """,
        "[1,-2.5e3,0,true,false,null,\"a\\u00e9\\n\\\"b\",{\"k\":[{},[]]}, \"é漢😀\"]",
        "{\n  \"pretty\" : [ 1 , 2.0 ,\r\n\t3E-2 ],\n  \"s\" : \"\\ud83d\\ude00 \\/ \\\\\"\n}",
        "[[[[]]],{\"a\":{\"a\":{\"a\":\"long text of more than eight bytes\"}}}]",
    ]

    private func mutate(_ content: [UInt8], using generator: inout SeededGenerator) -> [UInt8] {
        let alphabet = Array("{}[],:\"\\0123456789eE+-.truefalsn u \n\t/xd8é".utf8)
        var content = content
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
            let at = Int.random(in: 0...content.count, using: &generator)
            let byte =
                Int.random(in: 0..<10, using: &generator) == 0
                ? UInt8.random(in: 1...255, using: &generator)
                : alphabet.randomElement(using: &generator) ?? 0x20
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: content.insert(byte, at: at)
            case 1 where at < content.count: content[at] = byte
            case 2 where at < content.count: content.remove(at: at)
            default:
                let from = Int.random(in: 0...content.count, using: &generator)
                let piece = Array(content[min(from, at)..<max(from, at)].prefix(12))
                content.insert(contentsOf: piece, at: at)
            }
        }
        return content
    }

    /// The value as Foundation would give it, for comparing.
    private func isSame(_ mine: JSONValue, _ other: Any) -> Bool {
        switch mine {
        case .null: return other is NSNull
        case .bool(let value): return (other as? NSNumber)?.boolValue == value
        case .number(let text):
            guard let number = other as? NSNumber, let value = Double(text) else { return false }
            return number.doubleValue == value
                || abs(number.doubleValue - value) < abs(value) * 1e-12
        case .string(let text): return (other as? String) == text
        case .array(let elements):
            guard let others = other as? [Any], others.count == elements.count else { return false }
            return zip(elements, others).allSatisfy { self.isSame($0, $1) }
        case .object(let object):
            guard let others = other as? [String: Any] else { return false }
            // Repeated keys: Foundation keeps one of them, we all; the last one counts for us.
            guard Set(object.keys).count == object.count else { return true }
            return others.count == object.count
                && object.members.allSatisfy { member in
                    others[member.key].map { self.isSame(member.value, $0) } ?? false
                }
        }
    }

    private func isTrailingComma(_ error: JSONError, in content: [UInt8]) -> Bool {
        guard case .unexpectedByte(let byte, let at) = error, byte == 0x5d || byte == 0x7d else {
            return false
        }
        return content[..<at].last { ![0x20, 0x09, 0x0a, 0x0d].contains($0) } == 0x2c
    }

    @Test func mutatedDocumentIsJudgedAsFoundationDoes() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededGenerator(seed: seed)
        var (taken, refused) = (0, 0)
        for round in 0..<12_000 {
            let content = self.mutate(Array(Self.seeds[round % 4].utf8), using: &generator)
            let outcome = Result { () throws(JSONError) in try JSONValue(parsing: content) }
            let mine = try? outcome.get()
            let other = try? JSONSerialization.jsonObject(
                with: Data(content), options: .fragmentsAllowed)
            if mine != nil { taken += 1 } else { refused += 1 }
            let text = String(decoding: content, as: UTF8.self)
            if let mine, mine.hasHugeNumber { continue }
            if case .failure(let error) = outcome, self.isTrailingComma(error, in: content) {
                continue
            }
            #expect((mine == nil) == (other == nil), "seed \(seed): \(text)")
            if let mine, let other {
                #expect(self.isSame(mine, other), "seed \(seed): \(text)")
            }
            // Skipping agrees with reading, but for text that is grammar and not Unicode.
            switch outcome {
            case .success: #expect(skipError(content) == nil, "seed \(seed): \(text)")
            case .failure(.badEscape): break
            case .failure(let error):
                #expect(skipError(content) == error, "seed \(seed): \(text)")
            }
        }
        #expect(taken > 500 && refused > 500)
    }

    @Test func foundationReadsWhatWeWrite() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let value = JSONValue.random(depth: 4, using: &generator)
            let other = try JSONSerialization.jsonObject(
                with: Data(value.encoded()), options: .fragmentsAllowed)
            #expect(self.isSame(value, other), "seed \(seed): \(value.text())")
        }
    }
}

extension JSONValue {
    /// Whether a number in it is beyond the range of a `Double`.
    fileprivate var hasHugeNumber: Bool {
        switch self {
        case .number(let text):
            guard let value = Double(text) else { return true }
            return !value.isFinite || (value == 0 && text.contains { ("1"..."9").contains($0) })
        case .array(let elements): return elements.contains { $0.hasHugeNumber }
        case .object(let object): return object.members.contains { $0.value.hasHugeNumber }
        default: return false
        }
    }
}
