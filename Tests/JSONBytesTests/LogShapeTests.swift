// Weir
// SPDX-License-Identifier: Apache-2.0

import JSONBytes
import Testing

/// A log as `eth_getLogs` answers it, read by the quick readers and out of a tree.
struct LogShapeTests {
    private struct FlatLog: Equatable {
        var address: [UInt8] = []
        var topics: [[UInt8]] = []
        var data: [UInt8] = []
        var blockNumber: UInt64 = 0
        var removed = false
    }

    private static let document = """
        [{"address":"0x52908400098527886e0f7030069857d2e4169ee7","topics":[\
        "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef",\
        "0x00000000000000000000000052908400098527886e0f7030069857d2e4169ee7"],\
        "data":"0x0000000000000000000000000000000000000000000000000de0b6b3a7640000",\
        "blockNumber":"0x10e1b2f","logIndex":"0x1f","removed":false},
        {"blockNumber":"0x123456789abc","removed":true,"topics":[],"data":"0x12ab",\
        "address":"0x52908400098527886e0f7030069857d2e4169ee7","extra":{"a":[1,"é"]}}]
        """

    private func bytes(_ word: some FixedWidthInteger) -> [UInt8] {
        unsafe withUnsafeBytes(of: word.bigEndian) { unsafe Array($0) }
    }

    private func readQuickly(_ content: [UInt8]) -> Result<[FlatLog], JSONError> {
        reading(content) { (cursor, bytes) throws(JSONError) in
            var logs: [FlatLog] = []
            try cursor.enterArray(in: bytes)
            while try cursor.nextElement(in: bytes) {
                var log = FlatLog()
                try cursor.enterObject(in: bytes)
                while let key = try cursor.nextKey(in: bytes) {
                    try self.readField(key, of: &log, &cursor, bytes)
                }
                logs.append(log)
            }
            return logs
        }
    }

    private func readField(
        _ key: JSONString, of log: inout FlatLog, _ cursor: inout JSONCursor, _ bytes: RawSpan,
    ) throws(JSONError) {
        if key.equals("address", in: bytes) {
            let words = try cursor.readHex20(in: bytes)
            log.address = self.bytes(words.0) + self.bytes(words.1) + self.bytes(words.2)
        } else if key.equals("topics", in: bytes) {
            log.topics = []
            try cursor.enterArray(in: bytes)
            while try cursor.nextElement(in: bytes) {
                let words = try cursor.readHex32(in: bytes)
                log.topics.append(
                    [words.0, words.1, words.2, words.3].flatMap { self.bytes($0) })
            }
        } else if key.equals("data", in: bytes) {
            log.data = []
            try cursor.readHexBytes(in: bytes, appendingTo: &log.data)
        } else if key.equals("blockNumber", in: bytes) {
            log.blockNumber = try cursor.readHexQuantity(in: bytes)
        } else if key.equals("removed", in: bytes) {
            log.removed = try cursor.readBool(in: bytes)
        } else {
            try cursor.skipValue(in: bytes)
        }
    }

    /// The same out of a tree; nil where a field is not what it should be.
    private func readFromTree(_ tree: JSONValue) -> [FlatLog]? {
        func hex(_ value: JSONValue?, count: Int? = nil) -> [UInt8]? {
            guard let text = value?.string.map({ Array($0.utf8) }), text.count % 2 == 0,
                text.starts(with: "0x".utf8), count == nil || text.count == (count ?? 0) * 2 + 2
            else { return nil }
            var out: [UInt8] = []
            for index in stride(from: 2, to: text.count, by: 2) {
                guard text[index] != 0x2b, text[index] != 0x2d,
                    let byte = UInt8(
                        String(decoding: text[index..<index + 2], as: UTF8.self), radix: 16)
                else { return nil }
                out.append(byte)
            }
            return out
        }
        guard let elements = tree.array else { return nil }
        var logs: [FlatLog] = []
        for element in elements {
            guard let object = element.object else { return nil }
            var log = FlatLog()
            for member in object.members {
                switch member.key {
                case "address":
                    guard let address = hex(member.value, count: 20) else { return nil }
                    log.address = address
                case "topics":
                    guard let topics = member.value.array else { return nil }
                    let decoded = topics.compactMap { hex($0, count: 32) }
                    guard decoded.count == topics.count else { return nil }
                    log.topics = decoded
                case "data":
                    guard let data = hex(member.value) else { return nil }
                    log.data = data
                case "blockNumber":
                    guard let text = member.value.string, text.hasPrefix("0x"),
                        let first = text.utf8.dropFirst(2).first, first != 0x2b, first != 0x2d,
                        let number = UInt64(text.dropFirst(2), radix: 16)
                    else { return nil }
                    log.blockNumber = number
                case "removed":
                    guard let removed = member.value.bool else { return nil }
                    log.removed = removed
                default: break
                }
            }
            logs.append(log)
        }
        return logs
    }

    @Test func goodLogsAreReadAsTheTreeHasThem() throws {
        let content = Array(Self.document.utf8)
        let logs = try self.readQuickly(content).get()
        #expect(logs == self.readFromTree(try JSONValue(parsing: content)))
        #expect(logs.map(\.blockNumber) == [0x10e1b2f, 0x1234_5678_9abc])
        #expect(logs.map(\.data.count) == [32, 2])
    }

    @Test func eachByteOfALogChangedIsJudgedAsTheTreeDoes() {
        let document = Array(Self.document.utf8)
        let bytes = Array("\"\\{}[],:0 x9aFgn-\u{0}\u{1f}".utf8) + [0x80, 0xc3, 0xff]
        for position in document.indices {
            for byte in bytes {
                var content = document
                content[position] = byte
                let tree = (try? JSONValue(parsing: content)).flatMap { self.readFromTree($0) }
                let quick = try? self.readQuickly(content).get()
                if tree != quick { Issue.record("byte \(byte) at \(position)") }
            }
            var shorter = document
            shorter.remove(at: position)
            let tree = (try? JSONValue(parsing: shorter)).flatMap { self.readFromTree($0) }
            if tree != (try? self.readQuickly(shorter).get()) {
                Issue.record("without the byte at \(position)")
            }
            if (try? self.readQuickly(Array(document[..<position])).get()) != nil {
                Issue.record("only \(position) bytes")
            }
        }
    }
}
