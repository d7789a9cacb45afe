// Weir
// SPDX-License-Identifier: Apache-2.0

import JSONBytes
import Testing

/// A key that is expected is taken where `nextKey` would read it, and nowhere else.
struct KnownKeyTests {
    /// Whether the key is taken at the first member or, with `isSecond`, at the second.
    private func takes(_ name: StaticString, from text: String, isSecond: Bool = false) -> Bool {
        let key = JSONKnownKey(name)
        return withGuarded(Array(text.utf8)) { bytes in
            var cursor = JSONCursor()
            do throws(JSONError) {
                try cursor.enterObject(in: bytes)
                if isSecond {
                    _ = try cursor.nextKey(in: bytes)
                    try cursor.skipValue(in: bytes)
                }
                var reader = cursor
                guard cursor.takesKey(key, in: bytes) else {
                    #expect(cursor == reader, "it stays where it is")
                    return false
                }
                let read = try reader.nextKey(in: bytes)
                #expect(read?.equals(name, in: bytes) == true && cursor == reader, "\(text)")
                return true
            } catch {
                return false
            }
        }
    }

    private let tail = ",\"padding\":\"012345678901234567890123456789\"}"

    @Test(arguments: ["a", "data", "address", "logIndex", "blockNumber", "transactionIndex"])
    func theKeyIsTaken(name: String) {
        let names: [String: StaticString] = [
            "a": "a", "data": "data", "address": "address", "logIndex": "logIndex",
            "blockNumber": "blockNumber", "transactionIndex": "transactionIndex",
        ]
        guard let key = names[name] else { return }
        #expect(self.takes(key, from: "{\"\(name)\":1" + self.tail))
        #expect(self.takes(key, from: "{\"x\":0,\"\(name)\":1" + self.tail, isSecond: true))
        // Another byte anywhere in it is another key, or none.
        let text = Array("\"\(name)\":".utf8)
        for index in text.indices {
            for other: UInt8 in [0x20, 0x2c, 0x41, 0x7a] where other != text[index] {
                var bad = text
                bad[index] = other
                let document = "{" + String(decoding: bad, as: UTF8.self) + "1" + self.tail
                #expect(!self.takes(key, from: document))
            }
        }
    }

    @Test(arguments: [
        "{\"datum\":1", "{\"dat\":1", "{\"data2\":1", "{ \"data\":1", "{\"data\" :1", "{}",
        "{,\"data\":1", "{\"\\u0064ata\":1",
    ])
    func whatOnlyLooksAlikeIsLeft(start: String) {
        #expect(!self.takes("data", from: start + self.tail))
    }

    @Test(arguments: ["{\"x\":0\"data\":1", "{\"x\":0,,\"data\":1", "{\"x\":0, \"data\":1"])
    func aSecondKeyNeedsItsComma(start: String) {
        #expect(!self.takes("data", from: start + self.tail, isSecond: true))
    }

    @Test func nothingIsReadBehindTheEnd() {
        #expect(!self.takes("data", from: "{\"data\":1}"))
    }

    @Test func aKeyThatIsTooLongIsNeverTaken() {
        let text = "{\"abcdefghijklmnopqrstuvwxyz\":1" + self.tail
        #expect(!self.takes("abcdefghijklmnopqrstuvwxyz", from: text))
        #expect(
            self.takes("abcdefghijklmnopqrstu", from: "{\"abcdefghijklmnopqrstu\":1" + self.tail))
    }
}
