// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMABI
import EVMPrimitives
import JSONBytes
import Testing

@Suite("ABI text")
struct ABITextTests {
    @Test(arguments: [
        ("uint", "uint256"), ("int", "int256"), ("address payable", "address"),
        (" ( uint a , bool [ 2 ] b ) [ ] ", "(uint256,bool[2])[]"),
        ("tuple(bytes)[3][]", "(bytes)[3][]"),
        ("bytes32[0]", "bytes32[0]"), ("function", "function"), ("()", "()"), ("tuple()", "()"),
        ("(uint256 /* wei */, string memory name)", "(uint256,string)"),
    ])
    func typesHaveOneCanonicalText(text: String, canonical: String) throws {
        #expect(try ABIType(parsing: text).canonical == canonical)
    }

    @Test(arguments: [
        "", "uint7", "uint264", "uint08", "int0", "bytes0", "bytes33", "uint256[", "uint256]",
        "(uint256", "uint256)", "(uint256,)", "(,)", "uint256[-1]", "uint256[4294967296]",
        "IERC20", "enum Kind", "mapping(address=>uint256)", "uint256 x", "uint256,uint256",
        "uint256[99999999999999999999999]", "uint2560", "byte", "tuple", "1", "é",
    ])
    func otherTextIsRefused(text: String) {
        #expect(throws: ABIError.self) { try ABIType(parsing: text) }
    }

    @Test func fixedPointIsNamedAsUnsupported() {
        for name in ["fixed", "ufixed", "fixed128x18", "ufixed8x1"] {
            #expect(throws: ABIError.unsupportedType(name)) { try ABIType(parsing: name) }
        }
    }

    @Test func deepAndLongTypesEndInAnError() {
        let deep = String(repeating: "(", count: 100_000)
        #expect(throws: ABIError.typeTooLarge(limit: 64)) { try ABIType(parsing: deep) }
        let wide = "uint8" + String(repeating: "[]", count: 70)
        #expect(throws: ABIError.typeTooLarge(limit: 64)) { try ABIType(parsing: wide) }
        let long = String(repeating: " ", count: 2_000_000)
        #expect(throws: ABIError.textTooLong(limit: 1 << 20)) { try ABIType(parsing: long) }
    }

    @Test func humanReadableABIsParse() throws {
        let abi = try HumanABI.parse(
            """
            // tokens
            event Transfer(address indexed from, address indexed to, uint256) ;
            event LogNote(bytes4 indexed sig, bytes fax) anonymous
            # views
            function balanceOf(address owner) external view returns (uint256 amount)
            function pay(tuple(address to, uint amount)[] calldata list) payable;
            error Denied(address who, string /* why */ reason);
            constructor(string memory name) public
            receive() external payable
            fallback();
            """)
        #expect(
            abi.events.map(\.signature) == [
                "Transfer(address,address,uint256)", "LogNote(bytes4,bytes)",
            ])
        #expect(abi.events.map(\.isAnonymous) == [false, true])
        #expect(abi.events.map(\.topicCount) == [3, 1])
        #expect(try EventLayout(abi.events[0]).names == ["from", "to", "arg2"])
        #expect(
            abi.functions.map(\.signature) == ["balanceOf(address)", "pay((address,uint256)[])"])
        #expect(abi.functions.map(\.stateMutability) == ["view", "payable"])
        #expect(abi.functions[0].outputs == [ABIParameter("amount", .uint256)])
        #expect(abi.errors.map(\.signature) == ["Denied(address,string)"])
    }

    @Test func faultsOfHumanABIsTellTheirPlace() {
        #expect(throws: ABIError.syntax(expected: "',' or ')'", line: 2, column: 19)) {
            try HumanABI.parse("event A();\nevent B(uint256 a b)))")
        }
        #expect(
            throws: ABIError.syntax(expected: "'event', 'function' or 'error'", line: 2, column: 3)
        ) {
            try HumanABI.parse("event A();\n  struct S { uint a; }")
        }
        #expect(throws: ABIError.syntax(expected: "a name", line: 1, column: 7)) {
            try HumanABI.parse("event (uint256)")
        }
        #expect(throws: ABIError.unknownType("Token")) { try HumanABI.parse("event A(Token t)") }
        let message = ABIError.unknownType("Token").description
        #expect(message.contains("address for a contract"))
    }

    @Test(arguments: [
        "7", "\"x\"", "{}", "{\"abi\":7}", "[7]", "[{\"type\":\"event\"}]",
        "[{\"type\":\"event\",\"name\":\"E\",\"inputs\":[{\"name\":\"a\"}]}]",
        "[{\"type\":\"event\",\"name\":\"E\",\"inputs\":[{\"name\":\"a\",\"type\":\"tuple\"}]}]",
        "[{\"type\":\"event\",\"name\":\"E\",\"inputs\":7}]", "[{\"type\":\"odd\",\"name\":\"E\"}]",
        "[{\"type\":\"event\",\"name\":\"E\",\"inputs\":[{\"type\":\"tuplex\",\"components\":[]}]}]",
        "[", "",
    ])
    func brokenJSONABIsAreRefused(text: String) {
        #expect(throws: ABIError.self) { try JSONABI.parse(Array(text.utf8)) }
    }

    @Test func moreIndexedArgumentsThanTopicsAreRefused() throws {
        let event = try HumanABI.parseEvent(
            "E(uint indexed a, uint indexed b, uint indexed c, uint indexed d)")
        #expect(throws: ABIError.self) { try EventLayout(event) }
        var anonymous = event
        anonymous.isAnonymous = true
        #expect(throws: Never.self) { try EventLayout(anonymous) }
    }
}

@Suite("calls, reverts and batch lines")
struct ABICallTests {
    @Test func callsAndReturnsRoundTrip() throws {
        let function = try HumanABI.parseFunction(
            "function transfer(address to, uint256 amount) returns (bool)")
        let arguments: [ABIValue] = [.address(Address(truncating: 7)), .uint(1000)]
        let call = try function.encodeCall(arguments)
        #expect(Hex.encode(call.prefix(4)) == "0xa9059cbb")
        #expect(try function.decodeCall(call) == arguments)
        #expect(throws: ABIError.selectorMismatch) { try function.decodeCall([1, 2, 3]) }
        let answer = try function.encodeReturn([.bool(true)])
        #expect(try function.decodeReturn(answer) == [.bool(true)])
        #expect(throws: ABIError.dataTooShort(needed: 32, count: 0)) {
            try function.decodeReturn([])
        }
    }

    @Test func revertReasonsAreRecognised() throws {
        let denied = ABIErrorFragment(name: "Denied", inputs: [ABIParameter("who", .address)])
        func data(_ signature: String, _ values: [ABIValue]) throws -> [UInt8] {
            try HumanABI.parseFunction(signature).encodeCall(values)
        }
        #expect(RevertReason([]) == .empty)
        #expect(RevertReason([1, 2]) == .unknown([1, 2]))
        #expect(RevertReason(try data("Error(string)", [.text("no")])) == .message("no"))
        let panic = RevertReason(try data("Panic(uint256)", [.uint(0x11)]))
        #expect(panic == .panic(code: 0x11))
        #expect(panic.description == "panic 0x11: arithmetic overflow or underflow")
        let custom = try data("Denied(address)", [.address(.zero)])
        #expect(RevertReason(custom, errors: [denied]) == .custom(denied, [.address(.zero)]))
        #expect(
            RevertReason(custom, errors: [denied]).description
                == "Denied(\"0x0000000000000000000000000000000000000000\")")
        #expect(RevertReason(custom) == .unknown(custom))
        // A reason that is cut off stays raw.
        let cut = Array(try data("Error(string)", [.text("no")]).prefix(40))
        #expect(RevertReason(cut) == .unknown(cut))
    }

    @Test func encodingRefusesValuesThatDoNotFit() throws {
        func encode(_ type: String, _ json: String) throws -> [UInt8] {
            let types = [ABIParameter(try ABIType(parsing: type))]
            let values = try ValueJSON.values(try JSONValue(parsing: json), types: types)
            return try ABIEncoder.encode(types.map(\.type), values)
        }
        #expect(throws: ABIError.valueOutOfRange(path: "[0]", type: "uint8")) {
            try encode("uint8", "[256]")
        }
        #expect(throws: ABIError.valueOutOfRange(path: "[0]", type: "uint8")) {
            try encode("uint8", "[\"-1\"]")
        }
        #expect(throws: ABIError.valueOutOfRange(path: "[0]", type: "int8")) {
            try encode("int8", "[128]")
        }
        #expect(throws: ABIError.valueOutOfRange(path: "[0]", type: "int8")) {
            try encode("int8", "[-129]")
        }
        #expect(throws: ABIError.wrongValue(path: "[0]", type: "uint8")) {
            try encode("uint8", "[1.5]")
        }
        #expect(throws: ABIError.wrongValue(path: "[0]", type: "bool")) {
            try encode("bool", "[1]")
        }
        #expect(throws: ABIError.valueOutOfRange(path: "[0]", type: "bytes2")) {
            try encode("bytes2", "[\"0x01\"]")
        }
        #expect(throws: ABIError.wrongValue(path: "[0]", type: "address")) {
            try encode("address", "[\"0x01\"]")
        }
        #expect(throws: ABIError.wrongCount(path: "[0]", expected: 2, found: 1)) {
            try encode("bool[2]", "[[true]]")
        }
        #expect(throws: ABIError.wrongCount(path: "", expected: 1, found: 2)) {
            try encode("bool", "[true,true]")
        }
        #expect(try encode("int8", "[-128]").last == 0x80)
        #expect(try encode("uint256", "[\"0xff\"]").last == 0xff)
        #expect(
            try encode("(uint8 a, bool b)", "[{\"b\":true,\"a\":7}]")
                == encode("(uint8,bool)", "[[7,true]]"))
    }

    @Test(arguments: [
        ("not json", "JSON"), ("[]", "JSON object"), ("{}", "types"),
        (#"{"types":["fixed"],"data":"0x"}"#, "not supported"),
        (#"{"types":["bool"],"data":"0x"}"#, "data has 0 bytes"),
        (#"{"types":["bool"],"data":"00"}"#, "'data'"),
        (#"{"types":[7],"data":"0x"}"#, "not a string"),
    ])
    func badBatchLinesAnswerWithOneErrorLine(line: String, part: String) throws {
        let answer = BatchTools.decodeLine(Array(line.utf8))
        #expect(!answer.contains(0x0a))
        let error = try #require(try JSONValue(parsing: answer)["error"]?.string)
        #expect(error.contains(part), "\(error)")
    }

    @Test func batchLinesHaveTheirDocumentedForm() throws {
        func run(_ tool: ([UInt8]) -> [UInt8], _ line: String) -> String {
            String(decoding: tool(Array(line.utf8)), as: UTF8.self)
        }
        #expect(
            run(BatchTools.selectorLine, #"{"signature":"transfer(address,uint)"}"#)
                == #"{"canonical":"transfer(address,uint256)","selector":"0xa9059cbb","topic0":"0xa9059cbb2ab09eb219583f4a59a5d0623ade346d962bcd4e46b11da047c9049b"}"#
        )
        #expect(
            run(
                BatchTools.encodeLine,
                #"{"types":["uint8","bool"],"values":[1,true],"packed":true}"#)
                == #"{"data":"0x0101"}"#)
        let topic = Keccak256.hash(text: "E(string,int8)").description
        let hash = Keccak256.hash(text: "hi").description
        let event = run(
            BatchTools.eventLine,
            #"{"signature":"event E(string indexed s, int8 n)","topics":["\#(topic)","\#(hash)"],"data":"0x\#(String(repeating: "f", count: 64))"}"#
        )
        #expect(
            event
                == #"{"event":"E","signature":"E(string,int8)","args":[{"name":"s","type":"string","indexed":true,"value":{"hash":"\#(hash)"}},{"name":"n","type":"int8","indexed":false,"value":"-1"}]}"#
        )
        let wrong = run(BatchTools.eventLine, #"{"signature":"E()","topics":[],"data":"0x"}"#)
        #expect(wrong == #"{"error":"log has 0 topics, and the event needs 1"}"#)
    }
}
