// Weir
// SPDX-License-Identifier: Apache-2.0

import JSONBytes
import Testing

/// The grammar of RFC 8259, read by skipping and by building a tree; both have to agree.
struct GrammarTests {
    static let good: [String] = [
        "null", "true", "false", "0", "-0", "7", "-12", "1.5", "-0.25", "1e3", "1E+3", "2e-7",
        "0e0", "0.0", "-1.5e-10", "123456789012345678901234567890123456789012345678901234567890",
        "\"\"", "\"a\"", "\"exactly\"", "\"eight888\"", "\"nine 9999\"",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
        "\"\\u0000\"", "\"\\u00e9\\uD83D\\uDE00\"", "\"é\"", "\"漢字\"", "\"😀\"", "\"\u{2028}\"",
        "\"\u{7f}\"",
        "[]", "[ ]", "[1]", "[1,2]", "[ 1 , 2 ]", "[[],[[]],{}]", "[null,true,false,\"\"]",
        "{}", "{ }", "{\"a\":1}", "{\"a\":1,\"a\":2}", "{ \"a\" : 1 , \"b\" : [ ] }", "{\"\":\"\"}",
        "{\"a\":{\"b\":{\"c\":[{},{}]}}}", " \t\r\n[]\t\r\n ", "{\"long key of words\":[1.0,-2e2]}",
    ]

    static let bad: [(String, JSONError)] = [
        ("", .unexpectedEnd(at: 0)),
        ("  ", .unexpectedEnd(at: 2)),
        ("nul", .unexpectedEnd(at: 3)),
        ("nulL", .unexpectedByte(0x4c, at: 3)),
        ("nulls", .trailingBytes(at: 4)),
        ("True", .unexpectedByte(0x54, at: 0)),
        ("tru]", .unexpectedByte(0x5d, at: 3)),
        ("fals", .unexpectedEnd(at: 4)),
        ("NaN", .unexpectedByte(0x4e, at: 0)),
        ("Infinity", .unexpectedByte(0x49, at: 0)),
        ("-Infinity", .badNumber(at: 0)),
        ("+1", .unexpectedByte(0x2b, at: 0)),
        (".5", .unexpectedByte(0x2e, at: 0)),
        ("-", .unexpectedEnd(at: 1)),
        ("--1", .badNumber(at: 0)),
        ("01", .badNumber(at: 0)),
        ("-01", .badNumber(at: 0)),
        ("1.", .unexpectedEnd(at: 2)),
        ("[1.]", .badNumber(at: 1)),
        ("1.e1", .badNumber(at: 0)),
        ("1e", .unexpectedEnd(at: 2)),
        ("1e+", .unexpectedEnd(at: 3)),
        ("[1e]", .badNumber(at: 1)),
        ("1.5.5", .trailingBytes(at: 3)),
        ("0x10", .trailingBytes(at: 1)),
        ("1 2", .trailingBytes(at: 2)),
        ("\"", .unexpectedEnd(at: 1)),
        ("\"abc", .unexpectedEnd(at: 4)),
        ("\"abcdefghijkl", .unexpectedEnd(at: 13)),
        ("'a'", .unexpectedByte(0x27, at: 0)),
        ("\"\n\"", .unexpectedByte(0x0a, at: 1)),
        ("\"abcdefgh\u{1f}ijklmnopq\"", .unexpectedByte(0x1f, at: 9)),
        ("\"\0\"", .unexpectedByte(0, at: 1)),
        ("\"\\x\"", .badEscape(at: 1)),
        ("\"\\", .unexpectedEnd(at: 2)),
        ("\"\\u12", .unexpectedEnd(at: 5)),
        ("\"\\u12g4\"", .badEscape(at: 1)),
        ("\"\\u12\"", .badEscape(at: 1)),
        ("\"\\U0041\"", .badEscape(at: 1)),
        ("[", .unexpectedEnd(at: 1)),
        ("]", .unexpectedByte(0x5d, at: 0)),
        ("[1", .unexpectedEnd(at: 2)),
        ("[1,", .unexpectedEnd(at: 3)),
        ("[1,]", .unexpectedByte(0x5d, at: 3)),
        ("[1, ]", .unexpectedByte(0x5d, at: 4)),
        ("[,1]", .unexpectedByte(0x2c, at: 1)),
        ("[,]", .unexpectedByte(0x2c, at: 1)),
        ("[1,,2]", .unexpectedByte(0x2c, at: 3)),
        ("[1 2]", .unexpectedByte(0x32, at: 3)),
        ("[1}", .unexpectedByte(0x7d, at: 2)),
        ("[]]", .trailingBytes(at: 2)),
        ("[1:2]", .unexpectedByte(0x3a, at: 2)),
        ("{", .unexpectedEnd(at: 1)),
        ("}", .unexpectedByte(0x7d, at: 0)),
        ("{]", .unexpectedByte(0x5d, at: 1)),
        ("{\"a\"}", .unexpectedByte(0x7d, at: 4)),
        ("{\"a\":}", .unexpectedByte(0x7d, at: 5)),
        ("{\"a\":1,}", .unexpectedByte(0x7d, at: 7)),
        ("{,\"a\":1}", .unexpectedByte(0x2c, at: 1)),
        ("{ ,\"a\":1}", .unexpectedByte(0x2c, at: 2)),
        ("{\"a\":1,,\"b\":2}", .unexpectedByte(0x2c, at: 7)),
        ("{\"a\":1 \"b\":2}", .unexpectedByte(0x22, at: 7)),
        ("{\"a\":1:\"b\":2}", .unexpectedByte(0x3a, at: 6)),
        ("{\"a\",\"b\":2}", .unexpectedByte(0x2c, at: 4)),
        ("{\"a\":1]", .unexpectedByte(0x5d, at: 6)),
        ("{a:1}", .unexpectedByte(0x61, at: 1)),
        ("{1:1}", .unexpectedByte(0x31, at: 1)),
        ("{\"a\":1}}", .trailingBytes(at: 7)),
        ("[1]/*c*/", .trailingBytes(at: 3)),
        ("[1]\u{b}", .trailingBytes(at: 3)),
        ("\u{a0}[]", .unexpectedByte(0xc2, at: 0)),
        ("\u{feff}[]", .unexpectedByte(0xef, at: 0)),
    ]

    @Test(arguments: good)
    func goodDocumentIsTaken(_ text: String) throws {
        #expect(skipError(text) == nil)
        #expect(throws: Never.self) { try JSONValue(parsing: text) }
    }

    @Test(arguments: bad)
    func badDocumentIsRefusedWithItsPlace(_ text: String, _ expected: JSONError) {
        #expect(skipError(text) == expected)
        #expect(throws: expected) { try JSONValue(parsing: text) }
    }

    @Test(arguments: good)
    func everyPrefixOfAGoodDocumentIsRefused(_ text: String) {
        // In brackets, since a prefix of a number may be a number.
        let content = Array("[\(text),{\"k\":\(text)}]".utf8)
        #expect(skipError(content) == nil)
        for length in 0..<content.count {
            let prefix = Array(content[..<length])
            #expect(skipError(prefix) != nil, "prefix of \(length) bytes")
            #expect(throws: JSONError.self) { try JSONValue(parsing: prefix) }
        }
    }

    @Test func eachControlByteInAStringIsRefused() {
        for position in 0..<20 {
            for byte in UInt8(0)..<0x20 {
                var content = Array("\"01234567890123456789\"".utf8)
                content[position + 1] = byte
                #expect(skipError(content) == .unexpectedByte(byte, at: position + 1))
            }
        }
    }

    @Test(arguments: ["[", "{\"a\":", "[{\"a\":[", " [ "])
    func depthBombEndsInATypedError(_ unit: String) {
        let content = Array(String(repeating: unit, count: 200_000).utf8)
        guard let error = skipError(content), case .tooDeep(limit: 512, _) = error else {
            Issue.record("a bomb of \(unit) was not refused for its depth")
            return
        }
        #expect(throws: error) { try JSONValue(parsing: content) }
    }

    @Test func depthLimitIsExact() throws {
        func nested(_ depth: Int) -> [UInt8] {
            [UInt8](repeating: 0x5b, count: depth) + [UInt8](repeating: 0x5d, count: depth)
        }
        for limit in [0, 1, 3, 512, 1024] {
            #expect(skipError(nested(limit + 1), depthLimit: limit) != nil)
            if limit > 0 { #expect(skipError(nested(limit), depthLimit: limit) == nil) }
        }
        #expect(skipError(nested(1024), depthLimit: .max) == nil)
        #expect(
            skipError(nested(1025), depthLimit: .max)
                == .tooDeep(limit: JSONCursor.depthLimitMax, at: 1024))
        let deepest = try JSONValue(
            parsing: nested(1024), limits: JSONLimits(depth: 1024, values: 2000))
        #expect(deepest.encoded() == nested(1024))
    }
}
