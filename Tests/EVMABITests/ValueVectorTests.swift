// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMABI
import EVMPrimitives
import JSONBytes
import Testing
import WeirTestSupport

/// Lines of a vector file as trees, numbers kept exact.
func vectorLines(_ name: String) throws -> [JSONValue] {
    try Vectors.rawLines(name).map { try JSONValue(parsing: $0, limits: JSONLimits()) }
}

func hexBytes(_ value: JSONValue?) -> [UInt8] {
    Hex.decode(value?.string ?? "odd") ?? []
}

func parameterTypes(_ value: JSONValue?) throws -> [ABIParameter] {
    try (value?.array ?? []).map { ABIParameter(try ABIType(parsing: $0.string ?? "")) }
}

/// The same document with addresses in lower case, as the vectors have them.
func lowered(_ value: JSONValue) -> JSONValue {
    switch value {
    case .string(let text) where text.utf8.count == 42 && text.hasPrefix("0x"):
        return .string(text.lowercased())
    case .array(let elements): return .array(elements.map(lowered))
    default: return value
    }
}

@Suite("ABI vectors: values", .enabled(if: Vectors.present, Vectors.absence))
struct ValueVectorTests {
    @Test func decodingGivesTheValuesOfEveryVector() throws {
        let lines = try vectorLines("abi-values.ndjson")
        #expect(lines.count == 806)
        for line in lines {
            let name = line["name"]?.string ?? "?"
            let types = try parameterTypes(line["types"])
            let layout = try ABILayout(types)
            let data = hexBytes(line["data"])
            let expected = try ValueJSON.values(line["values"] ?? .null, types: types)
            for rules in [DecodingRules.strict, .event, .lenient] {
                #expect(try layout.decode(data, rules: rules) == expected, "\(name)")
            }
        }
    }

    @Test func encodingGivesTheDataOfEveryVector() throws {
        for line in try vectorLines("abi-values.ndjson") {
            let types = try parameterTypes(line["types"])
            let values = try ValueJSON.values(line["values"] ?? .null, types: types)
            let data = try ABIEncoder.encode(types.map(\.type), values)
            #expect(data == hexBytes(line["data"]), "\(line["name"]?.string ?? "?")")
        }
    }

    @Test func batchLinesGiveTheVectorsBack() throws {
        for line in try vectorLines("abi-values.ndjson") {
            let name = line["name"]?.string ?? "?"
            let decoded = try JSONValue(parsing: BatchTools.decodeLine(line.encoded()))
            #expect(
                lowered(decoded["values"] ?? .null) == lowered(line["values"] ?? .null), "\(name)")
            let encoded = try JSONValue(parsing: BatchTools.encodeLine(line.encoded()))
            #expect(encoded["data"] == line["data"], "\(name)")
        }
    }

    @Test func malformedDataIsRefusedQuicklyAndSmall() throws {
        let lines = try vectorLines("abi-malformed.ndjson")
        #expect(lines.count == 10)
        for line in lines {
            let name = line["name"]?.string ?? "?"
            let layout = try ABILayout(try parameterTypes(line["types"]))
            let data = hexBytes(line["data"])
            for rules in [DecodingRules.strict, .event, .lenient] {
                var tape = ABITape()
                let start = try? unsafe layout.decode(data.span.bytes, onto: &tape, rules: rules)
                // Types nest 13 deep at most here: linear in the length.
                #expect(tape.count <= 28 * (data.count / 32 + 16), "\(name)")
                switch line["class"]?.string {
                case "must_reject": #expect(start == nil, "\(name)")
                // Our choice: dirty words are errors except for the lenient reader.
                case "dirty": #expect((start == nil) == (rules != .lenient), "\(name)")
                default: break
                }
            }
        }
    }

    @Test func packedEncodingGivesTheBytesOfEveryVector() throws {
        let lines = try vectorLines("abi-packed.ndjson")
        #expect(lines.count == 105)
        for line in lines {
            let types = try parameterTypes(line["types"])
            let values = try ValueJSON.values(line["values"] ?? .null, types: types)
            let packed = try ABIEncoder.encodePacked(types.map(\.type), values)
            #expect(packed == hexBytes(line["packed"]), "\(line["name"]?.string ?? "?")")
        }
    }

    @Test func packedHashesAreThoseOfEveryVector() throws {
        let lines = try vectorLines("packed-hashes.ndjson")
        #expect(lines.count == 360)
        for line in lines {
            let types = try parameterTypes(line["types"])
            let values = try ValueJSON.values(line["values"] ?? .null, types: types)
            let packed = try ABIEncoder.encodePacked(types.map(\.type), values)
            #expect(
                Keccak256.hash(packed).description == line["packedHash"]?.string,
                "\(line["name"]?.string ?? "?")")
        }
    }

    @Test func createdContractsHaveTheAddressesOfEveryVector() throws {
        let lines = try vectorLines("create-addresses.ndjson")
        #expect(lines.count == 166)
        for line in lines {
            let sender = try #require(Address(line["sender"]?.string ?? ""))
            let expected = try #require(Address(line["address"]?.string ?? ""))
            if line["kind"]?.string == "create" {
                let nonce = try #require(line["nonce"]?.uint64)
                #expect(ContractAddress.create(sender: sender, nonce: nonce) == expected)
            } else {
                let salt = try #require(Hash256(line["salt"]?.string ?? ""))
                let code = try #require(Hash256(line["initCodeHash"]?.string ?? ""))
                let address = ContractAddress.create2(
                    sender: sender, salt: salt, initCodeHash: code)
                #expect(address == expected)
            }
        }
    }
}
