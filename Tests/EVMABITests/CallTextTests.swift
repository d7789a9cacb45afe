// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMPrimitives
import Foundation
import JSONBytes
import Testing
import WeirTestSupport

@testable import EVMABI

/// Calls of proposals and Safes as text.
@Suite("call text")
struct CallTextTests {
    static let fab = Address(truncating: 0xfab)
    static let treasury = Address(truncating: 0x77)
    static let timelock = Address(truncating: 0x88)
    static let stranger = Address(truncating: 0xdead)
    static let strangerText = "0x000000000000000000000000000000000000dEaD"

    static let text: CallText = {
        let treasury = """
            function withdraw(address token, address to, uint256 amount, string memo)
            function setLimits((uint256 low, int256 high, bool[] on) limits, bytes4 tag)
            """
        let contracts = [
            FunctionContract(alias: "treasury", address: treasury_, functions: parsed(treasury)),
            FunctionContract(alias: "timelock", address: timelock, functions: []),
        ]
        return CallText(
            (try? FunctionCatalog(contracts)) ?? FunctionCatalog(),
            tokens: [fab: TokenUnit(symbol: "FAB", decimals: 18)])
    }()

    private static let treasury_ = treasury

    private static func parsed(_ text: String) -> [ABIFunction] {
        (try? HumanABI.parse(text))?.functions ?? []
    }

    /// The data of a call of a function written as text.
    static func data(_ function: String, _ values: ABIValue...) throws -> [UInt8] {
        try HumanABI.parseFunction(function).encodeCall(values)
    }

    static func line(
        _ target: Address, _ data: [UInt8], value: U256 = .zero, delegate: Bool = false
    ) -> String {
        Self.text.line(
            ContractCall(target: target, value: value, data: data, isDelegate: delegate))
    }

    private func fab(_ count: UInt64) -> ABIValue {
        .uint(U256(count).multiplied(by: 1_000_000_000_000_000_000) ?? .max)
    }

    // MARK: Amounts, names, values

    @Test func tokenCallsAreInUnitsOfTheToken() throws {
        let transfer = try Self.data(
            "transfer(address,uint256)", .address(Self.treasury), self.fab(1_234_567))
        #expect(
            Self.line(Self.fab, transfer)
                == "FAB.transfer(to: treasury, amount: 1,234,567 FAB)")
        // An unknown token has no unit, and the same function is still known.
        #expect(
            Self.line(Self.stranger, transfer)
                == "\(Self.strangerText).transfer(to: treasury, "
                + "amount: 1234567000000000000000000)")
        #expect(
            try Self.line(
                Self.fab,
                Self.data("approve(address,uint256)", .address(Self.stranger), .uint(.max)))
                == "FAB.approve(spender: \(Self.strangerText), amount: unlimited FAB)")
        #expect(
            try Self.line(
                Self.fab, Self.data("mint(address,uint256)", .address(Self.treasury), .uint(1)))
                == "FAB.mint(to: treasury, amount: 0.000000000000000001 FAB)")
        #expect(
            try Self.line(Self.fab, Self.data("burn(uint256)", self.fab(0)))
                == "FAB.burn(amount: 0 FAB)")
        #expect(
            try Self.line(
                Self.fab,
                Self.data("transfer(address,uint256)", .address(Self.treasury), .uint(.max)))
                == "FAB.transfer(to: treasury, amount: 115,792,089,237,316,195,423,570,985,008,"
                + "687,907,853,269,984,665,640,564,039,457.584007913129639935 FAB)")
    }

    @Test func amountsBesideATokenAreInItsUnits() throws {
        func withdraw(_ token: Address) throws -> String {
            try Self.line(
                Self.treasury,
                Self.data(
                    "withdraw(address,address,uint256,string)", .address(token),
                    .address(Self.stranger), self.fab(1500), .text("grant \"7\"")))
        }
        #expect(
            try withdraw(Self.fab)
                == "treasury.withdraw(token: FAB, to: \(Self.strangerText), "
                + "amount: 1,500 FAB, memo: \"grant \\\"7\\\"\")")
        #expect(try withdraw(.zero).contains("amount: 1,500 ETH"))
        #expect(try withdraw(Self.stranger).contains("amount: 1500000000000000000000, "))
    }

    @Test func valuesOfAllKindsAreShown() throws {
        let line = try Self.line(
            Self.treasury,
            Self.data(
                "setLimits((uint256,int256,bool[]),bytes4)",
                .tuple([
                    .uint(7), .int(I256(-3)),
                    .array([.bool(true), .bool(false), .bool(true), .bool(true), .bool(true)]),
                ]), .bytes([1, 2, 3, 4])))
        #expect(
            line
                == "treasury.setLimits(limits: (low: 7, high: -3, "
                + "on: [true, false, true, true, … and 1 more]), tag: 0x01020304)")
        let role = Keccak256.hash(text: "MINTER_ROLE").bytes
        #expect(
            try Self.line(
                Self.stranger,
                Self.data("grantRole(bytes32,address)", .bytes(role), .address(Self.timelock)))
                == "\(Self.strangerText).grantRole(role: MINTER_ROLE, account: timelock)")
        #expect(
            try Self.line(
                Self.stranger,
                Self.data(
                    "revokeRole(bytes32,address)", .bytes(Array(repeating: 0, count: 32)),
                    .address(Self.timelock)))
                == "\(Self.strangerText).revokeRole(role: DEFAULT_ADMIN_ROLE, account: timelock)")
    }

    @Test func plainCallsAndUnknownOnesAreShown() throws {
        let half: U256 = 1_500_000_000_000_000_000
        #expect(Self.line(Self.treasury, [], value: half) == "send 1.5 ETH to treasury")
        #expect(Self.line(Self.treasury, []) == "call treasury without data")
        #expect(
            Self.line(Self.treasury, [1, 2], value: half)
                == "treasury.fallback{value: 1.5 ETH}(0x0102)")
        #expect(
            Self.line(Self.stranger, [1, 2, 3, 4] + Array(repeating: 0, count: 68))
                == "\(Self.strangerText).0x01020304(… 68 bytes)")
        #expect(
            try Self.line(Self.stranger, Self.data("deposit()"), value: 1)
                == "\(Self.strangerText).deposit{value: 0.000000000000000001 ETH}()")
        #expect(
            try Self.line(Self.stranger, Self.data("pause()"), delegate: true)
                == "delegatecall \(Self.strangerText).pause()")
        let more = try Self.data("pause()") + [9, 9]
        #expect(Self.line(Self.stranger, more) == "\(Self.strangerText).pause(… 2 bytes more)")
    }

    // MARK: Signatures beside the call

    @Test func signaturesOfBravoGovernorsNameTheFunction() throws {
        let arguments = Array(
            try Self.data(
                "transfer(address,uint256)", .address(Self.treasury), self.fab(2)
            ).dropFirst(4))
        func line(_ signature: [UInt8], _ data: [UInt8]) -> String {
            Self.text.line(
                ContractCall(target: Self.fab, signature: signature, data: data))
        }
        #expect(
            line(Array("transfer(address,uint256)".utf8), arguments)
                == "FAB.transfer(to: treasury, amount: 2 FAB)")
        // A function that no table knows: its arguments have no names.
        #expect(
            line(Array("paint(address,uint256)".utf8), arguments)
                == "FAB.paint(treasury, 2000000000000000000)")
        // The contract hashes the text as it is, so this is another function.
        #expect(
            line(Array("transfer(address, uint256)".utf8), arguments)
                == "FAB.0x9d61d234 \"transfer(address, uint256)\"(… 64 bytes)")
        #expect(
            line([0xff, 0x28, 0x29], arguments).hasSuffix(" 0xff2829(… 64 bytes)"))
        // Arguments that are not those of the signature.
        #expect(
            line(Array("transfer(address,uint256)".utf8), [1, 2, 3])
                == "FAB.transfer(… 3 bytes)")
        #expect(line(Array("pause()".utf8), []) == "FAB.pause()")
    }

    // MARK: Calls within calls

    @Test func timelocksShowWhatTheySchedule() throws {
        let transfer = try Self.data(
            "transfer(address,uint256)", .address(Self.treasury), self.fab(5))
        let salt = ABIValue.bytes(Array(repeating: 7, count: 32))
        #expect(
            try Self.line(
                Self.timelock,
                Self.data(
                    "schedule(address,uint256,bytes,bytes32,bytes32,uint256)",
                    .address(Self.fab), .uint(0), .bytes(transfer), salt, salt, .uint(172_800)))
                == "timelock.schedule(FAB.transfer(to: treasury, amount: 5 FAB), "
                + "delay: 172800 s)")
        let batch = "scheduleBatch(address[],uint256[],bytes[],bytes32,bytes32,uint256)"
        #expect(
            try Self.line(
                Self.timelock,
                Self.data(
                    batch, .array([.address(Self.fab), .address(Self.stranger)]),
                    .array([.uint(0), self.fab(3)]), .array([.bytes(transfer), .bytes([])]),
                    salt, salt, .uint(60)))
                == "timelock.scheduleBatch([FAB.transfer(to: treasury, amount: 5 FAB); "
                + "send 3 ETH to \(Self.strangerText)], delay: 60 s)")
        #expect(
            try Self.line(
                Self.timelock,
                Self.data(
                    batch, .array([.address(Self.fab), .address(Self.stranger)]),
                    .array([.uint(0)]), .array([]), salt, salt, .uint(60)))
                == "timelock.scheduleBatch([malformed: 2 targets, 1 values, 0 payloads], "
                + "delay: 60 s)")
        #expect(
            try Self.line(
                Self.timelock,
                Self.data(
                    "queueTransaction(address,uint256,string,bytes,uint256)",
                    .address(Self.fab), .uint(0), .text("burn(uint256)"),
                    .bytes(Array(repeating: 0, count: 32)), .uint(99)))
                == "timelock.queueTransaction(FAB.burn(amount: 0 FAB), eta: 99)")
        #expect(
            try Self.line(
                Self.stranger,
                Self.data(
                    "relay(address,uint256,bytes)", .address(Self.fab), .uint(0),
                    .bytes(transfer)))
                == "\(Self.strangerText).relay(FAB.transfer(to: treasury, amount: 5 FAB))")
    }

    @Test func upgradesShowTheNewCodeAndItsFirstCall() throws {
        #expect(
            try Self.line(
                Self.fab, Self.data("upgradeTo(address)", .address(Self.stranger)))
                == "FAB.upgradeTo(newImplementation: \(Self.strangerText))")
        let upgrade = "upgradeToAndCall(address,bytes)"
        #expect(
            try Self.line(
                Self.fab, Self.data(upgrade, .address(Self.stranger), .bytes([])))
                == "FAB.upgradeToAndCall(newImplementation: \(Self.strangerText), data: 0x)")
        #expect(
            try Self.line(
                Self.fab,
                Self.data(upgrade, .address(Self.stranger), .bytes(Self.data("unpause()"))))
                == "FAB.upgradeToAndCall(FAB.unpause(), "
                + "newImplementation: \(Self.strangerText))")
    }

    static func packed(_ operation: UInt8, _ target: Address, _ value: U256, _ data: [UInt8])
        -> [UInt8]
    {
        [operation] + target.bytes + value.bigEndianBytes
            + U256(UInt64(data.count)).bigEndianBytes + data
    }

    @Test func safesShowWhatTheyExecute() throws {
        let burn = try Self.data("burn(uint256)", self.fab(1))
        func execute(
            _ target: Address, _ data: [UInt8], _ operation: U256, gasPrice: U256 = 0
        ) throws -> String {
            try Self.line(
                Self.timelock,
                Self.data(
                    "execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,"
                        + "address,address,bytes)", .address(target), .uint(0), .bytes(data),
                    .uint(operation), .uint(0), .uint(1), .uint(gasPrice),
                    .address(Self.fab), .address(Self.stranger), .bytes([])))
        }
        #expect(
            try execute(Self.fab, burn, 0) == "timelock.execTransaction(FAB.burn(amount: 1 FAB))")
        #expect(
            try execute(Self.fab, burn, 0, gasPrice: 9)
                == "timelock.execTransaction(FAB.burn(amount: 1 FAB), baseGas: 1, gasPrice: 9, "
                + "gasToken: FAB, refundReceiver: \(Self.strangerText))")
        let both =
            Self.packed(0, Self.fab, 0, burn) + Self.packed(1, Self.stranger, 0, [9, 9, 9, 9])
        let multi = try Self.data("multiSend(bytes)", .bytes(both))
        #expect(
            try execute(Self.stranger, multi, 1)
                == "timelock.execTransaction(delegatecall \(Self.strangerText).multiSend("
                + "[FAB.burn(amount: 1 FAB); "
                + "delegatecall \(Self.strangerText).0x09090909(… 0 bytes)]))")
        // Cut anywhere: the calls before the cut, and a word that there was more.
        for end in 1..<both.count where end != both.count - 89 {
            let line = try Self.line(
                Self.stranger, Self.data("multiSend(bytes)", .bytes(Array(both[..<end]))))
            #expect(line.contains("malformed: no call at byte"), "\(end)")
        }
        let third = try Self.line(
            Self.stranger,
            Self.data("multiSend(bytes)", .bytes(Self.packed(2, Self.fab, 0, burn))))
        #expect(third.contains("malformed: no call at byte 0 of 121"))
    }

    @Test func depthAndNumberOfCallsAreBounded() throws {
        var data = try Self.data("pause()")
        for _ in 0..<40 {
            data = try Self.data("multicall(bytes[])", .array([.bytes(data), .bytes(data)]))
            if data.count > 50_000 { break }
        }
        let line = Self.line(Self.fab, data)
        #expect(line.unicodeScalars.count <= 1500)
        #expect(line.contains("[… 2 calls]"))
        let many = try Self.data(
            "multicall(bytes[])",
            .array(Array(repeating: .bytes(Self.data("pause()")), count: 30)))
        #expect(Self.line(Self.fab, many).hasSuffix("; FAB.pause(); … and 10 more])"))
    }

    // MARK: Lists

    @Test func listsOfCallsAreCountedAndNeverPutTogetherWrongly() throws {
        let pause = try Self.data("pause()")
        let lines = Self.text.lines(
            targets: Array(repeating: Self.fab, count: 23),
            values: Array(repeating: .zero, count: 23),
            signatures: Array(repeating: [], count: 23),
            calldatas: Array(repeating: pause, count: 23))
        #expect(lines.count == 21)
        #expect(lines.first == "FAB.pause()")
        #expect(lines.last == "… and 3 more")
        #expect(
            Self.text.lines(
                targets: [Self.fab], values: [], signatures: [[]], calldatas: [pause, pause])
                == ["no list of calls: 1 targets, 0 values, 1 signatures, 2 calldatas"])
        #expect(Self.text.lines(targets: [], values: [], calldatas: []).isEmpty)
        #expect(
            Self.text.lines(
                Array(repeating: ContractCall(target: Self.fab, data: pause), count: 22)
            )
            .last == "… and 2 more")
        #expect(
            Self.text.lines(
                targets: .array([.address(Self.fab)]), values: .array([.uint(0)]),
                signatures: .array([.text("")]), calldatas: .array([.bytes(pause)]))
                == ["FAB.pause()"])
        #expect(
            Self.text.lines(
                targets: .array([.bool(true)]), values: .array([.uint(0)]),
                calldatas: .array([.bytes(pause)]))
                == ["no list of calls: 0 targets, 1 values, 1 calldatas"])
    }
}
