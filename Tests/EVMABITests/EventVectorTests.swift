// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMABI
import EVMPrimitives
import JSONBytes
import Testing
import WeirTestSupport

/// Held to be no ABI signature: a function of a library, which names a contract by its source name.
/// Such functions cannot be called from outside with encoded arguments; they are left out.
private let librarySignatures: Set = ["getLiquidityByRange(IUniswapV3Pool,address,int24,int24)"]

@Suite("ABI vectors: fragments and events", .enabled(if: Vectors.present, Vectors.absence))
struct EventVectorTests {
    @Test func everyContractABIParsesAndPrepares() throws {
        let lines = try vectorLines("contract-abis.ndjson")
        #expect(lines.count == 60)
        for line in lines {
            let name = line["name"]?.string ?? "?"
            let list = line["abi"] ?? .null
            let abi = try JSONABI.parse(list)
            let count = { (kind: String) in
                (list.array ?? []).count { $0["type"]?.string == kind }
            }
            #expect(abi.events.count == count("event"), "\(name)")
            let skipped = name == "UniswapV3Position" ? 1 : 0
            #expect(abi.skippedFunctions.count == skipped, "\(name)")
            #expect(abi.functions.count + skipped == count("function"), "\(name)")
            #expect(abi.errors.count == count("error"), "\(name)")
            for event in abi.events { _ = try EventLayout(event) }
            for function in abi.functions {
                _ = try ABILayout(function.inputs)
                _ = try ABILayout(function.outputs)
            }
            // An artifact holds the same list under `abi`.
            #expect(try JSONABI.parse(line) == abi, "\(name)")
        }
    }

    @Test func signaturesAndSelectorsAreThoseOfEveryVector() throws {
        let lines = try vectorLines("selectors.ndjson")
        #expect(lines.count == 450)
        for line in lines {
            guard case .object(var object) = line else { continue }
            object["type"] = line["kind"]
            let signature = line["signature"]?.string ?? ""
            let id = line["id"]?.string
            if librarySignatures.contains(signature) {
                #expect(throws: ABIError.unknownType("IUniswapV3Pool")) {
                    try HumanABI.parseFragment(signature)
                }
                continue
            }
            let fragments = [
                try JSONABI.fragment(.object(object)),
                try HumanABI.parseFragment("\(line["kind"]?.string ?? "") \(signature)"),
            ]
            for fragment in fragments {
                switch fragment {
                case .function(let function):
                    #expect(function.signature == signature)
                    #expect(Hex.encode(selectorBytes(function.selector)) == id)
                case .event(let event):
                    #expect(event.signature == signature)
                    #expect(event.topic0.description == id)
                case .error(let error):
                    #expect(error.signature == signature)
                    #expect(Hex.encode(selectorBytes(error.selector)) == id)
                case .other: Issue.record("\(signature) is no fragment")
                }
            }
            let request: JSONValue = ["signature": .string(signature)]
            let answer = try JSONValue(parsing: BatchTools.selectorLine(request.encoded()))
            #expect(answer["canonical"]?.string == signature)
            #expect(answer["selector"] == line["id"] || answer["topic0"] == line["id"])
        }
    }

    @Test(arguments: [
        ("events-real.ndjson", 284), ("events-generated.ndjson", 420),
        ("events-anonymous.ndjson", 7),
    ])
    func logsDecodeToTheArgumentsOfEveryVector(file: String, count: Int) throws {
        let lines = try vectorLines(file)
        #expect(lines.count == count)
        for line in lines {
            let name = line["name"]?.string ?? "?"
            let answer = try JSONValue(parsing: BatchTools.eventLine(line.encoded()))
            #expect(answer["error"] == nil, "\(name): \(answer.text())")
            let arguments = answer["args"]?.array ?? []
            let expected = try #require(line["decoded"]?.object)
            #expect(arguments.count == expected.count, "\(name)")
            for argument in arguments {
                let label = argument["name"]?.string ?? ""
                #expect(
                    lowered(argument["value"] ?? .null) == lowered(expected[label] ?? .null),
                    "\(name) \(label)")
            }
        }
    }

    @Test func logsDecodeThroughACatalogOfAllContracts() throws {
        for line in try vectorLines("events-real.ndjson") + vectorLines("events-anonymous.ndjson") {
            guard case .event(let event) = try JSONABI.fragment(line["abi"] ?? .null) else {
                Issue.record("no event")
                continue
            }
            let address = try #require(Address(line["contract"]?.string ?? ""))
            let catalog = try EventCatalog([
                CatalogContract(alias: "c", address: address, events: [event])
            ])
            let hashes = (line["topics"]?.array ?? []).compactMap { Hash256($0.string ?? "") }
            let topics = try #require(EventTopics(hashes))
            let data = hexBytes(line["data"])
            var tape = ABITape()
            let outcome = unsafe catalog.decode(
                address: address, topics: topics, data: data.span.bytes, onto: &tape)
            guard case .event(let decoded) = outcome else {
                Issue.record("\(line["name"]?.string ?? "?"): \(outcome)")
                continue
            }
            let layout = catalog.layouts[decoded.slot]
            let values = try layout.decode(topics: hashes, data: data)
            for index in values.indices {
                let value = unsafe layout.value(
                    index, of: decoded, on: tape, data: data.span.bytes)
                #expect(value == values[index])
            }
        }
    }

    @Test func transfersOfBothStandardsAreToldApartByTopics() throws {
        let abi = try HumanABI.parse(
            """
            event Transfer(address indexed from, address indexed to, uint256 value);
            event Transfer(address indexed from, address indexed to, uint256 indexed value);
            """)
        let catalog = try EventCatalog([
            CatalogContract(alias: "tokens", address: nil, events: abi.events)
        ])
        let lines = try vectorLines("transfers.ndjson")
        #expect(lines.count == 176)
        var tape = ABITape()
        for line in lines {
            let address = try #require(Address(line["address"]?.string ?? ""))
            let hashes = (line["topics"]?.array ?? []).compactMap { Hash256($0.string ?? "") }
            let data = hexBytes(line["data"])
            let outcome = unsafe catalog.decode(
                address: address, topics: try #require(EventTopics(hashes)),
                data: data.span.bytes, onto: &tape)
            guard case .event(let event) = outcome else {
                Issue.record("\(outcome)")
                continue
            }
            let expected = line["decoded"]
            #expect(event.address(0, on: tape).lowercaseText == expected?["from"]?.string)
            #expect(event.address(1, on: tape).lowercaseText == expected?["to"]?.string)
            #expect(event.word(2, on: tape).description == expected?["value"]?.string)
            #expect(event.slot == (hashes.count == 3 ? 0 : 1))
        }
    }
}
