// Weir
// SPDX-License-Identifier: Apache-2.0

import JSONBytes
import Testing

struct ValueTests {
    @Test func treeKeepsOrderRepeatedKeysAndNumberText() throws {
        let big = "115792089237316195423570985008687907853269984665640564039457584007913129639935"
        let value = try JSONValue(
            parsing: " {\"b\": \(big), \"a\": [1.50, null, true, \"x\\n\"], \"b\": -0} ")
        #expect(
            value
                == .object(
                    JSONObject([
                        .init(key: "b", value: .number(big)),
                        .init(key: "a", value: [.number("1.50"), nil, true, "x\n"]),
                        .init(key: "b", value: .number("-0")),
                    ])))
        #expect(value["b"]?.numberText == "-0")
        #expect(value.object?.keys == ["b", "a", "b"])
    }

    @Test func conveniencesAnswerForTheirOwnKindOnly() {
        let value: JSONValue = ["s": "t", "n": 12, "b": false, "a": [1, 2], "o": ["k": nil]]
        #expect(value["s"]?.string == "t")
        #expect(value["s"]?.numberText == nil)
        #expect(value["n"]?.numberText == "12")
        #expect(value["n"]?.int == 12)
        #expect(value["n"]?.uint64 == 12)
        #expect(value["n"]?.double == 12)
        #expect(value["n"]?.bool == nil)
        #expect(value["b"]?.bool == false)
        #expect(value["a"]?.array == [1, 2])
        #expect(value["a"]?[1] == 2)
        #expect(value["a"]?[2] == nil)
        #expect(value["a"]?[-1] == nil)
        #expect(value["a"]?["k"] == nil)
        #expect(value["o"]?["k"]?.isNull == true)
        #expect(value["o"]?["z"] == nil)
        #expect(value["none"] == nil)
        #expect(value.kind == .object)
        #expect(JSONValue.number("1.5").int == nil)
        #expect(JSONValue.number("-1").uint64 == nil)
        #expect(JSONValue.number("18446744073709551616").uint64 == nil)
    }

    @Test func settingAKeyReplacesAppendsAndRemoves() {
        var object = JSONObject([.init(key: "a", value: 1), .init(key: "b", value: 2)])
        object["a"] = 3
        object["c"] = 4
        object["b"] = nil
        #expect(object.members == [.init(key: "a", value: 3), .init(key: "c", value: 4)])
    }

    @Test func numberOfValuesIsLimitedExactly() throws {
        let text = "{\"a\":[1,2],\"b\":3}"  // 2 keys, 5 values
        let tree = try JSONValue(parsing: text, limits: JSONLimits(values: 7))
        #expect(tree["b"]?.int == 3)
        for limit in 0..<7 {
            let error = #expect(throws: JSONError.self) {
                try JSONValue(parsing: text, limits: JSONLimits(values: limit))
            }
            guard case .tooManyValues(limit, _) = error else {
                Issue.record("limit \(limit) gave \(String(describing: error))")
                continue
            }
        }
    }

    @Test func oddPartOfADocumentBecomesATree() {
        let outcome = reading("{\"error\":{\"code\":-32005,\"data\":{\"limit\":10000}},\"id\":1}") {
            (cursor, bytes) throws(JSONError) in
            try cursor.enterObject(in: bytes)
            _ = try cursor.nextKey(in: bytes)
            let tree = try cursor.readValue(in: bytes, valueLimit: 100)
            while try cursor.nextKey(in: bytes) != nil { try cursor.skipValue(in: bytes) }
            return tree
        }
        #expect(outcome == .success(["code": -32005, "data": ["limit": 10000]]))
    }
}
