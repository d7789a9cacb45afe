// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMABI
import EVMPrimitives
import EventTools
import JSONBytes
import Testing

@Suite("log stream")
struct LogStreamTests {
    private func decoder(
        _ abi: String, address: Address? = nil, isWriting: Bool = true
    ) throws -> LogStreamDecoder {
        LogStreamDecoder(
            catalog: try EventCatalog([
                CatalogContract(
                    alias: "c", address: address, events: try HumanABI.parse(abi).events)
            ]),
            isWriting: isWriting)
    }

    private let block = "0x" + String(repeating: "11", count: 32)

    private func log(topics: [String], data: String) -> String {
        let list = topics.map { "\"\($0)\"" }.joined(separator: ",")
        return """
            {"address":"0x52908400098527886e0f7030069857d2e4169ee7","topics":[\(list)],"data":"\(data)",\
            "blockNumber":"0x7b","transactionHash":"\(block)","transactionIndex":"0x0",\
            "blockHash":"\(block)","logIndex":"0x2","removed":false}
            """
    }

    private func run(_ decoder: inout LogStreamDecoder, _ text: String) -> [String] {
        let bytes = Array(text.utf8)
        unsafe decoder.decode(bytes.span.bytes)
        let output = String(decoding: decoder.takeOutput(), as: UTF8.self)
        return output.split(separator: "\n").map(String.init)
    }

    private let pause = Keccak256.hash(text: "Paused(uint8)").description
    private let seven = "0x" + String(repeating: "0", count: 63) + "7"

    @Test func linesHaveTheirDocumentedForm() throws {
        var decoder = try self.decoder("event Paused(uint8 level)")
        let head =
            "{\"block\":\"123\",\"blockHash\":\"\(block)\",\"transactionHash\":\"\(block)\","
            + "\"logIndex\":2,\"address\":\"0x52908400098527886E0F7030069857D2E4169EE7\","
        let event =
            "\"event\":\"Paused\",\"signature\":\"Paused(uint8)\",\"args\":"
            + "[{\"name\":\"level\",\"type\":\"uint8\",\"indexed\":false,\"value\":\"7\"}]}"
        #expect(self.run(&decoder, self.log(topics: [pause], data: seven)) == [head + event])
        for (topics, data, reason) in [
            ([block], "0x", "unknown_event"), ([pause, block], "0x01", "topic_count"),
            ([], seven, "anonymous"), ([pause], "0x01", "bad_data"),
        ] {
            let list = topics.map { "\"\($0)\"" }.joined(separator: ",")
            let raw = "\"topics\":[\(list)],\"data\":\"\(data)\",\"undecoded\":\"\(reason)\"}"
            #expect(self.run(&decoder, self.log(topics: topics, data: data)) == [head + raw])
        }
        #expect(decoder.statistics.logs == 5)
        #expect(decoder.statistics.events == 1)
        #expect(decoder.statistics.undecoded.values.allSatisfy { $0 == 1 })
        #expect(decoder.statistics.undecoded.count == 4)
    }

    @Test func aBadLineIsOneErrorAndTheNextOneGoesOn() throws {
        var decoder = try self.decoder("event Paused(uint8 level)")
        let good = self.log(topics: [pause], data: seven)
        let lines = self.run(
            &decoder,
            "\(good)\n{\"address\":7}\n[\(good),\(good)]\n\n<html>\n{\"result\":[\(good)]}")
        #expect(lines.count == 6)
        #expect(lines[1].hasPrefix("{\"error\":"))
        #expect(lines[4].hasPrefix("{\"error\":"))
        #expect(decoder.statistics.badDocuments == 2)
        #expect(decoder.statistics.events == 4)
    }

    @Test func documentsMaySpanLines() throws {
        var decoder = try self.decoder("event Paused(uint8 level)")
        let good = self.log(topics: [pause], data: seven).replacing(",", with: ",\n")
        #expect(self.run(&decoder, "{\n\"result\": [\n\(good)\n]\n}\n").count == 1)
        #expect(decoder.statistics.badDocuments == 0)
    }

    @Test func otherAddressesAreCountedApart() throws {
        var decoder = try self.decoder("event Paused(uint8 level)", address: .zero)
        let lines = self.run(&decoder, self.log(topics: [pause], data: seven))
        #expect(lines.first?.hasSuffix("\"undecoded\":\"unknown_contract\"}") == true)
        #expect(decoder.statistics.unknownContracts == 1)
    }

    @Test func countingWritesNothingAndTellsTheRate() throws {
        var decoder = try self.decoder("event Paused(uint8 level)", isWriting: false)
        let good = self.log(topics: [pause], data: seven)
        #expect(self.run(&decoder, "\(good)\n\(good)\nx").isEmpty)
        var statistics = decoder.statistics
        #expect(statistics.logs == 2)
        statistics.logs = 200_000
        statistics.bytes = 166_559_000
        #expect(
            statistics.text(seconds: 0.1) == "200000 logs in 0.100 s, 2000000 logs/s, 1665.6 MB/s")
        #expect(statistics.text(seconds: 0).contains("200000 logs in 0.000 s"))
    }
}
