// Weir
// SPDX-License-Identifier: Apache-2.0

import JSONBytes
import Testing

struct WriterTests {
    @Test func commasComeByThemselves() {
        var json = JSONWriter()
        json.beginObject()
        json.key("id")
        json.uint(.max)
        json.key("list")
        json.beginArray()
        json.int(-3)
        json.int64(.min)
        json.beginArray()
        json.endArray()
        json.beginObject()
        json.endObject()
        json.null()
        json.bool(true)
        json.bool(false)
        json.number(text: "1e5")
        json.raw(Array("{\"r\":[]}".utf8))
        json.double(0.1)
        json.double(.nan)
        json.endArray()
        json.key("dynamic \("key")")
        json.hex([0x00, 0x0f, 0xab])
        json.endObject()
        #expect(
            json.text == """
                {"id":18446744073709551615,"list":[-3,-9223372036854775808,[],{},null,true,false,\
                1e5,{"r":[]},0.1,null],"dynamic key":"0x000fab"}
                """)
    }

    @Test func prettyFormIndentsByTwoSpaces() {
        let value: JSONValue = ["a": [1, ["b": nil]], "empty": [], "none": [:]]
        #expect(
            value.text(pretty: true) == """
                {
                  "a": [
                    1,
                    {
                      "b": null
                    }
                  ],
                  "empty": [],
                  "none": {}
                }
                """)
        #expect(value.text() == "{\"a\":[1,{\"b\":null}],\"empty\":[],\"none\":{}}")
    }

    @Test func linesFollowEachOther() {
        var json = JSONWriter()
        for number in 1...3 {
            json.beginArray()
            json.int(number)
            json.endArray()
            json.endLine()
        }
        #expect(json.text == "[1]\n[2]\n[3]\n")
        json.removeAll()
        json.int(4)
        #expect(json.text == "4")
    }

    @Test func stringsAreEscapedAsFarAsNeededAndNoFurther() {
        var json = JSONWriter()
        json.string("\"\\/\u{8}\u{c}\n\r\t\u{0}\u{1f}\u{7f}\u{2028}\u{2029}é😀")
        #expect(
            json.text
                == "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\u{7f}\u{2028}\u{2029}é😀\"")
    }

    @Test func everyByteIsEscapedAtEveryPosition() throws {
        for position in 0..<18 {
            for byte in UInt8(0)..<0x80 {
                var content = Array("abcdefghijklmnopqr".utf8)
                content[position] = byte
                let text = String(decoding: content, as: UTF8.self)
                let document = JSONValue.string(text).encoded()
                #expect(skipError(document) == nil)
                #expect(try JSONValue(parsing: document) == .string(text))
            }
        }
    }

    @Test func invalidUTF8IsRepaired() {
        var json = JSONWriter()
        json.beginArray()
        unsafe json.string(utf8: ([0x61, 0xff, 0x62] as [UInt8]).span.bytes)
        unsafe json.string(utf8: Array("long enough é text".utf8).span.bytes)
        json.endArray()
        #expect(json.text == "[\"a\u{fffd}b\",\"long enough é text\"]")
        #expect(skipError(json.bytes) == nil)
    }

    @Test func whatIsWrittenIsReadBack() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<1500 {
            let value = JSONValue.random(depth: 5, using: &generator)
            for isPretty in [false, true] {
                let document = value.encoded(pretty: isPretty)
                #expect(skipError(document) == nil, "seed \(seed)")
                #expect(try JSONValue(parsing: document) == value, "seed \(seed)")
            }
        }
    }
}
