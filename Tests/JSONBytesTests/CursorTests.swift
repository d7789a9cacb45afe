// Weir
// SPDX-License-Identifier: Apache-2.0

import JSONBytes
import Testing

struct CursorTests {
    /// Reads `{"id":7,"list":[…],…}` by hand, in whatever whitespace.
    private func readByHand(_ document: String) -> Result<[String], JSONError> {
        reading(document) { (cursor, bytes) throws(JSONError) in
            var seen: [String] = []
            try cursor.enterObject(in: bytes)
            while let key = try cursor.nextKey(in: bytes) {
                seen.append(try key.text(in: bytes))
                if key.equals("list", in: bytes) {
                    try cursor.enterArray(in: bytes)
                    while try cursor.nextElement(in: bytes) {
                        seen.append("\(try cursor.readUInt64(in: bytes))")
                    }
                } else if key.equals("name", in: bytes) {
                    seen.append(
                        try cursor.readNull(in: bytes)
                            ? "none" : try cursor.readStringText(in: bytes))
                } else if key.equals("live", in: bytes) {
                    seen.append("\(try cursor.readBool(in: bytes))")
                } else {
                    try cursor.skipValue(in: bytes)
                }
            }
            return seen
        }
    }

    @Test(arguments: [
        #"{"list":[1,2,3],"x":{"y":[{}]},"name":"n","live":true}"#,
        """
        {"list":[ 1,\n2 ,3 ] ,"x" : { "y":[ { } ] } , "name" : "n",\n "live" : true }
        """,
        """
        \n{\n  "list": [\n    1,\n    2,\n    3\n  ],\n  "x": -1.5e3,\n  "name": "n",\
        \r\n\t"live": true\n}\n
        """,
    ])
    func objectsAndArraysAreWalkedInAnyWhitespace(_ document: String) {
        #expect(
            self.readByHand(document)
                == .success(["list", "1", "2", "3", "x", "name", "n", "live", "true"]))
    }

    @Test func emptyContainersHaveNothingInThem() {
        #expect(self.readByHand("{}") == .success([]))
        #expect(
            self.readByHand("{\"list\":[],\"name\":null}") == .success(["list", "name", "none"]))
    }

    @Test(arguments: [
        ("[1]", JSONError.wrongType(expected: .object, found: .array, at: 0)),
        (" 5", .wrongType(expected: .object, found: .number, at: 1)),
        ("{\"list\":{}}", .wrongType(expected: .array, found: .object, at: 8)),
        ("{\"list\":[\"1\"]}", .wrongType(expected: .number, found: .string, at: 9)),
        ("{\"list\":[-1]}", .outOfRange(at: 9)),
        ("{\"list\":[1.0]}", .outOfRange(at: 9)),
        ("{\"list\":[1e2]}", .outOfRange(at: 9)),
        ("{\"list\":[18446744073709551616]}", .outOfRange(at: 9)),
        ("{\"list\":[1,]}", .unexpectedByte(0x5d, at: 11)),
        ("{\"list\":[1}}", .unexpectedByte(0x7d, at: 10)),
        ("{\"name\":1}", .wrongType(expected: .string, found: .number, at: 8)),
        ("{\"live\": null}", .wrongType(expected: .bool, found: .null, at: 9)),
        ("{\"live\":truth}", .unexpectedByte(0x74, at: 11)),
        ("{\"live\":true,}", .unexpectedByte(0x7d, at: 13)),
        ("{\"live\":true", .unexpectedEnd(at: 12)),
        ("{\"live\"", .unexpectedEnd(at: 7)),
        ("{}{}", .trailingBytes(at: 2)),
    ])
    func wrongDocumentNamesWhatWasExpected(_ document: String, _ expected: JSONError) {
        #expect(self.readByHand(document) == .failure(expected))
    }

    @Test(arguments: [
        ("{}", JSONKind.object), (" [", .array), ("\"", .string), ("-", .number), ("0", .number),
        ("9", .number), ("t", .bool), ("f", .bool), ("n", .null),
    ])
    func kindIsToldByTheFirstByte(_ document: String, _ kind: JSONKind) throws {
        let found = try withGuarded(Array(document.utf8)) { bytes in
            var cursor = JSONCursor()
            return try cursor.peekKind(in: bytes)
        }
        #expect(found == kind)
    }

    @Test(arguments: [
        ("0", 0 as UInt64), ("7", 7), ("18446744073709551615", .max), ("[0]", nil), ("-0", nil),
        ("1.0", nil), ("1e0", nil), ("18446744073709551616", nil), ("99999999999999999999", nil),
    ])
    func unsignedIntegerIsExactOrRefused(_ document: String, _ value: UInt64?) {
        let outcome = reading(document) { (cursor, bytes) throws(JSONError) in
            try cursor.readUInt64(in: bytes)
        }
        #expect((try? outcome.get()) == value)
    }

    @Test(arguments: [
        ("-32000", -32000 as Int64), ("0", 0), ("-0", 0), ("9223372036854775807", .max),
        ("-9223372036854775808", .min), ("9223372036854775808", nil),
        ("-9223372036854775809", nil), ("1.5", nil), ("1e3", nil),
    ])
    func signedIntegerIsExactOrRefused(_ document: String, _ value: Int64?) {
        let outcome = reading(document) { (cursor, bytes) throws(JSONError) in
            try cursor.readInt64(in: bytes)
        }
        #expect((try? outcome.get()) == value)
    }

    @Test func rawValueIsGivenAsItStands() throws {
        let document = "{\"result\": {\"a\":[1, 2]} ,\"id\":1}"
        let raw = reading(document) { (cursor, bytes) throws(JSONError) in
            try cursor.enterObject(in: bytes)
            _ = try cursor.nextKey(in: bytes)
            let range = try cursor.readRawValue(in: bytes)
            while try cursor.nextKey(in: bytes) != nil { try cursor.skipValue(in: bytes) }
            return range
        }
        #expect(Array(document.utf8)[try raw.get()].elementsEqual("{\"a\":[1, 2]}".utf8))
    }

    @Test func misuseEndsInAnErrorAndNotInATrap() {
        withGuarded(Array("{\"a\":1,\"b\":[2]}".utf8)) { bytes in
            var cursor = JSONCursor()
            #expect(throws: JSONError.self) { try cursor.nextKey(in: bytes) }
            #expect(throws: JSONError.self) { try cursor.finish(in: bytes) }
            cursor = JSONCursor()
            #expect(throws: Never.self) { try cursor.enterObject(in: bytes) }
            #expect(throws: Never.self) { try cursor.nextKey(in: bytes) }
            #expect(throws: JSONError.self) { try cursor.nextKey(in: bytes) }
            cursor = JSONCursor(at: 1000)
            #expect(throws: JSONError.self) { try cursor.nextKey(in: bytes) }
            #expect(throws: JSONError.self) { try cursor.nextElement(in: bytes) }
            #expect(throws: JSONError.self) { try cursor.readHex32(in: bytes) }
            #expect(throws: JSONError.self) { try cursor.readHexQuantity(in: bytes) }
            #expect(throws: JSONError.self) { try cursor.skipValue(in: bytes) }
        }
    }

    @Test func descriptionNamesPlaceAndExpectation() {
        let error = JSONError.wrongType(expected: .string, found: .number, at: 8)
        #expect("\(error)" == "JSON has a value of kind number at byte 8, where string is expected")
        #expect("\(JSONError.unexpectedByte(0x0a, at: 3))".contains("byte 0x0a at byte 3"))
        #expect("\(JSONError.unexpectedByte(0x7d, at: 3))".contains("'}' at byte 3"))
    }
}
