// Weir
// SPDX-License-Identifier: Apache-2.0

import JSONBytes
import Testing

struct StringTests {
    @Test(arguments: [
        ("\"\"", ""),
        ("\"plain\"", "plain"),
        ("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\u{8}\u{c}\n\r\t"),
        ("\"\\u0041\\u00e9\\u6F22\"", "Aé漢"),
        ("\"\\ud83d\\ude00!\"", "😀!"),
        ("\"\\u0000\"", "\0"),
        ("\"é漢😀\"", "é漢😀"),
        ("\"a long text without any escape at all\"", "a long text without any escape at all"),
        ("\"a long text with \\u006fne escape in it\"", "a long text with one escape in it"),
    ])
    func textIsUnescaped(_ document: String, _ text: String) {
        #expect(
            reading(document) { (cursor, bytes) throws(JSONError) in
                try cursor.readStringText(in: bytes)
            } == .success(text))
    }

    @Test(arguments: [
        ("\"\\ud83d\"", 1), ("\"\\ude00\"", 1), ("\"ab\\ud83dx\"", 3), ("\"\\ud83d\\n\"", 1),
        ("\"\\ud83d\\ud83d\\ude00\"", 1), ("\"\\ude00\\ud83d\"", 1), ("\"\\ud83d\\u0041\"", 1),
    ])
    func halfASurrogatePairIsGrammarButNoText(_ document: String, _ at: Int) {
        #expect(skipError(document) == nil)
        #expect(
            reading(document) { (cursor, bytes) throws(JSONError) in
                try cursor.readStringText(in: bytes)
            } == .failure(.badEscape(at: at)))
        #expect(throws: JSONError.badEscape(at: at)) { try JSONValue(parsing: document) }
    }

    /// Every sequence of one or two bytes, and all starts of three and four bytes with the
    /// corners of their ranges: the standard library is the oracle.
    @Test func invalidUTF8IsRefusedWhereverItStands() {
        let corners: [UInt8] = [0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0]
        var sequences: [[UInt8]] = []
        for first in UInt8(0x80)...0xff {
            sequences.append([first])
            sequences += (UInt8(0x20)...0xff).map { [first, $0] }
            for second in corners {
                for third in corners {
                    sequences.append([first, second, third])
                    sequences += corners.map { [first, second, third, $0] }
                }
            }
        }
        var wrong = 0
        for sequence in sequences where !sequence.contains(0x22) && !sequence.contains(0x5c) {
            let isText = String(validating: sequence, as: UTF8.self) != nil
            for padding in [0, 7] {
                let content =
                    [0x22] + [UInt8](repeating: 0x61, count: padding) + sequence + [0x22]
                let error = skipError(content)
                if isText != (error == nil) { wrong += 1 }
                if let error, case .badUTF8 = error {} else if error != nil { wrong += 1 }
            }
        }
        #expect(wrong == 0, "of \(sequences.count) sequences")
    }

    @Test func keyEqualsItsNameAndNoOther() {
        let names: [StaticString] = [
            "", "a", "ab", "abc", "abcd", "abcde", "abcdef", "abcdefg", "abcdefgh", "abcdefghi",
            "blockNumber", "blockNumbes", "transactionHash", "transactionHasi", "transactionIndex",
            "abcdefghabcdefgh", "abcdefghabcdefgi", "bbcdefghabcdefgh", "abcdefghabcdefghabc",
        ]
        for written in names {
            for asked in names {
                let document = "{\"\(written)\":1}"
                let isEqual = reading(document) { (cursor, bytes) throws(JSONError) in
                    try cursor.enterObject(in: bytes)
                    let key = try cursor.nextKey(in: bytes)
                    try cursor.skipValue(in: bytes)
                    _ = try cursor.nextKey(in: bytes)
                    return key?.equals(asked, in: bytes)
                }
                #expect(isEqual == .success("\(written)" == "\(asked)"), "\(written) \(asked)")
            }
        }
    }

    @Test func eachSingleChangedByteMakesAKeyUnequal() {
        let name: StaticString = "cumulativeGasUsed0"
        for length in 1...18 {
            for position in 0..<length {
                var content = Array("\(name)".utf8.prefix(length))
                content[position] ^= 1
                let isEqual = reading([0x22] + content + [0x22]) {
                    (cursor, bytes) throws(JSONError) in
                    let string = try cursor.readString(in: bytes)
                    return string.equals("cumulativeGasUsed0", in: bytes)
                }
                #expect(isEqual == .success(false))
            }
        }
    }

    @Test(arguments: [
        ("\"block\\u004eumber\"", true), ("\"\\u0062lockNumber\"", true),
        ("\"block\\u004fumber\"", false), ("\"block\\nNumber\"", false),
        ("\"block\\ud800Number\"", false),
    ])
    func escapedKeyIsComparedByItsText(_ document: String, _ expected: Bool) {
        #expect(
            reading(document) { (cursor, bytes) throws(JSONError) in
                try cursor.readString(in: bytes).equals("blockNumber", in: bytes)
            } == .success(expected))
    }
}
