// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMPrimitives
import Testing
import WeirTestSupport

@testable import EVMABI

/// Calls that want their text to be long, several lines, or another call's.
@Suite("call text of hostile calls")
struct CallTextHostileTests {
    @Test func stringsOfTheChainCannotDisguiseALine() throws {
        func memo(_ bytes: [UInt8]) throws -> String {
            let line = try CallTextTests.line(
                CallTextTests.treasury,
                CallTextTests.data(
                    "withdraw(address,address,uint256,string)", .address(CallTextTests.fab),
                    .address(CallTextTests.treasury), .uint(0), .string(utf8: bytes)))
            return String(line.dropFirst("treasury.withdraw(token: FAB, to: treasury, ".count))
        }
        func text(_ text: String) throws -> String { try memo(Array(text.utf8)) }
        #expect(try text("a\nb\u{1b}[2J\r\u{0}") == "amount: 0 FAB, memo: \"a�b�[2J��\")")
        #expect(
            try text("\u{202e}fdp\u{2066}\u{200b}\u{feff}") == "amount: 0 FAB, memo: \"�fdp���\")")
        #expect(try text("\u{2028}\u{2029}\u{e0041}\u{e000}") == "amount: 0 FAB, memo: \"����\")")
        #expect(try text("a\") , to: \\x") == #"amount: 0 FAB, memo: "a\") , to: \\x")"#)
        #expect(try text("a\u{a0}\u{3000}b") == "amount: 0 FAB, memo: \"a  b\")")
        #expect(try memo([0xff, 0xfe]) == "amount: 0 FAB, memo: 0xfffe)")
        #expect(
            try memo(Array(repeating: 0xc0, count: 99)).hasSuffix("memo: 0xc0c0c0c0… (99 bytes))"))
        let long = try text(String(repeating: "é", count: 5000))
        #expect(long == "amount: 0 FAB, memo: \"\(String(repeating: "é", count: 80))…\")")
        // A tower of marks is one letter for Swift, and no longer line for that.
        let tower = try text("e" + String(repeating: "\u{301}", count: 5000))
        #expect(tower.unicodeScalars.count < 40)
        #expect(tower.hasSuffix("…\")"))
    }

    /// A token's symbol and an ABI's names are text from elsewhere too.
    @Test func symbolsAndNamesAreCleaned() throws {
        var text = CallTextTests.text
        text.tokens[CallTextTests.fab] = TokenUnit(
            symbol: "F\u{202e}\n" + String(repeating: "x", count: 99), decimals: 255)
        let call = ContractCall(
            target: CallTextTests.fab, data: try CallTextTests.data("burn(uint256)", .uint(1)))
        let symbol = "F��" + String(repeating: "x", count: 29) + "…"
        let line = text.line(call)
        #expect(line.hasPrefix("\(symbol).burn(amount: 0.000"))
        #expect(line.unicodeScalars.count == 300)
        #expect(line.hasSuffix("0…"))
        text.tokens[CallTextTests.fab]?.decimals = 0
        #expect(text.line(call) == "\(symbol).burn(amount: 1 \(symbol))")
        let function = ABIFunction(name: "a\nb", inputs: [ABIParameter("c\u{202e}", .bool)])
        text.catalog = try FunctionCatalog([
            FunctionContract(alias: "x\ny", address: CallTextTests.stranger, functions: [function])
        ])
        #expect(
            text.line(
                ContractCall(
                    target: CallTextTests.stranger, data: try function.encodeCall([.bool(true)])))
                == "x�y.a�b(c�: true)")
    }

    @Test func hugeDataEndsQuicklyAndShort() throws {
        let huge = try CallTextTests.data(
            "multiSend(bytes)", .bytes(Array(repeating: 0, count: 1 << 20)))
        #expect(
            CallTextTests.line(CallTextTests.stranger, huge)
                == "\(CallTextTests.strangerText).0x8d80ff0a(… \(huge.count - 4) bytes)")
        let zeros = try CallTextTests.data(
            "multiSend(bytes)", .bytes(Array(repeating: 0, count: 100_000)))
        let line = CallTextTests.line(CallTextTests.stranger, zeros)
        #expect(line.contains("; … and 1156 more"))
        #expect(line.unicodeScalars.count <= 1500)
        // An array that claims more elements than there is data.
        var claims = try CallTextTests.data("multicall(bytes[])", .array([]))
        claims.replaceSubrange(36..<68, with: Array(repeating: 0xff, count: 32))
        #expect(
            CallTextTests.line(CallTextTests.stranger, claims)
                == "\(CallTextTests.strangerText).0xac9650d8(… 64 bytes)")
    }

    /// Random bytes behind every selector that is known, and cut and changed real calls.
    @Test func nothingTrapsAndEveryLineIsOneLine() throws {
        var random = SeededRandom(seed: 4)
        let selectors = StandardFunctions.all.map(\.selector) + [0x1234_5678]
        let batch = try CallTextTests.data(
            "scheduleBatch(address[],uint256[],bytes[],bytes32,bytes32,uint256)",
            .array([.address(CallTextTests.fab)]), .array([.uint(0)]),
            .array([
                .bytes(
                    CallTextTests.data(
                        "multiSend(bytes)",
                        .bytes(CallTextTests.packed(0, CallTextTests.fab, 1, []))))
            ]
            ),
            .bytes(Array(repeating: 0, count: 32)), .bytes(Array(repeating: 0, count: 32)),
            .uint(1))
        for round in 0..<6000 {
            var data: [UInt8]
            if round % 2 == 0 {
                let selector = selectors.randomElement(using: &random) ?? 0
                data =
                    selectorBytes(selector) + random.bytes(Int.random(in: 0..<200, using: &random))
            } else {
                data = batch
                data[Int.random(in: 0..<data.count, using: &random)] ^= UInt8(
                    truncatingIfNeeded: random.next())
                if round % 3 == 0 {
                    data.removeLast(Int.random(in: 0..<data.count, using: &random))
                }
            }
            let target = round % 5 == 0 ? CallTextTests.fab : CallTextTests.stranger
            let line = CallTextTests.text.line(
                ContractCall(target: target, value: random.word(), data: data))
            let isPlain = line.unicodeScalars.allSatisfy {
                $0.properties.generalCategory != .control
                    && $0.properties.generalCategory != .format
            }
            guard isPlain, line.unicodeScalars.count <= 1500, !line.isEmpty else {
                Issue.record("seed \(random.seed), round \(round): \(line)")
                return
            }
        }
    }

    @Test func theTableOfStandardFunctionsIsWhole() {
        #expect(StandardFunctions.all.count == 65)
        #expect(Set(StandardFunctions.all.map(\.selector)).count == 65)
    }
}
