// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

/// A call that a proposal, a timelock or a Safe makes.
package struct ContractCall: Sendable, Hashable {
    package var target: Address
    /// Wei.
    package var value: U256
    /// `name(type,…)` as Compound's governors keep it beside the arguments, not needed to be UTF-8;
    /// empty where the selector stands in the data. The contract hashes these very bytes.
    package var signature: [UInt8]
    /// Selector and arguments, or arguments alone where there is a signature.
    package var data: [UInt8]
    /// Whether the target's code runs as the caller (Safe's operation 1).
    package var isDelegate: Bool

    package init(
        target: Address, value: U256 = .zero, signature: [UInt8] = [], data: [UInt8],
        isDelegate: Bool = false
    ) {
        self.target = target
        self.value = value
        self.signature = signature
        self.data = data
        self.isDelegate = isDelegate
    }

    /// The selector that is called; nil where the data is too short for one.
    package var selector: UInt32? {
        self.signature.isEmpty
            ? readSelector(self.data) : selectorOf(Keccak256.hash(self.signature))
    }

    /// The arguments without the selector.
    var arguments: ArraySlice<UInt8> {
        self.signature.isEmpty ? self.data.dropFirst(4) : self.data[...]
    }
}

/// The calls that a call carries, and the arguments that stand beside them.
struct CarriedCalls {
    var calls: [ContractCall] = []
    /// Whether it is a list, be it of one.
    var isList = false
    /// What is wrong with the list; the calls before it are there.
    var fault: String?
    /// Arguments to show besides, by index.
    var shown: [Int] = []
    /// An argument that is a time in seconds.
    var seconds: Int?

    /// What a function carries: timelocks, governors, Safes and proxies. Nil for all others.
    init?(_ function: ABIFunction, _ values: [ABIValue], of outer: ContractCall) {
        func bytes(_ index: Int) -> [UInt8] {
            guard values.indices.contains(index), case .bytes(let bytes) = values[index] else {
                return []
            }
            return bytes
        }
        switch function.signature {
        case "schedule(address,uint256,bytes,bytes32,bytes32,uint256)":
            self.addSingle(values)
            self.shown = [5]
            self.seconds = 5
        case "execute(address,uint256,bytes,bytes32,bytes32)", "relay(address,uint256,bytes)":
            self.addSingle(values)
        case "execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,"
            + "address,bytes)", "execTransactionFromModule(address,uint256,bytes,uint8)":
            self.addSingle(values)
            if case .uint(let operation)? = values.dropFirst(3).first, !operation.isZero {
                for index in self.calls.indices { self.calls[index].isDelegate = true }
            }
            // Who is paid back for gas can be paid anything.
            if case .uint(let gasPrice)? = values.dropFirst(6).first, !gasPrice.isZero {
                self.shown = [5, 6, 7, 8]
            }
        case "queueTransaction(address,uint256,string,bytes,uint256)",
            "executeTransaction(address,uint256,string,bytes,uint256)",
            "cancelTransaction(address,uint256,string,bytes,uint256)":
            self.addSigned(values)
            self.shown = [4]
        case "scheduleBatch(address[],uint256[],bytes[],bytes32,bytes32,uint256)":
            self.addBatch(values)
            self.shown = [5]
            self.seconds = 5
        case "executeBatch(address[],uint256[],bytes[],bytes32,bytes32)": self.addBatch(values)
        case "multiSend(bytes)": self.addPacked(bytes(0))
        case "multicall(bytes[])":
            self.isList = true
            guard case .array(let items)? = values.first else { return nil }
            for case .bytes(let data) in items {
                self.calls.append(ContractCall(target: outer.target, data: data))
            }
        case "upgradeToAndCall(address,bytes)":
            // Without data nothing is called.
            guard !bytes(1).isEmpty else { return nil }
            self.calls = [ContractCall(target: outer.target, data: bytes(1))]
            self.shown = [0]
        case "upgradeAndCall(address,address,bytes)":
            guard case .address(let proxy)? = values.first, !bytes(2).isEmpty else { return nil }
            self.calls = [ContractCall(target: proxy, data: bytes(2))]
            self.shown = [0, 1]
        default: return nil
        }
        if self.calls.isEmpty, !self.isList { return nil }
    }

    /// Target, value and data in front.
    private mutating func addSingle(_ values: [ABIValue]) {
        guard values.count >= 3, case .address(let target) = values[0],
            case .uint(let value) = values[1], case .bytes(let data) = values[2]
        else { return }
        self.calls = [ContractCall(target: target, value: value, data: data)]
    }

    private mutating func addSigned(_ values: [ABIValue]) {
        guard values.count >= 4, case .address(let target) = values[0],
            case .uint(let value) = values[1], case .string(let signature) = values[2],
            case .bytes(let data) = values[3]
        else { return }
        self.calls = [
            ContractCall(target: target, value: value, signature: signature, data: data)
        ]
    }

    private mutating func addBatch(_ values: [ABIValue]) {
        self.isList = true
        guard values.count >= 3, case .array(let targets) = values[0],
            case .array(let amounts) = values[1], case .array(let payloads) = values[2]
        else { return }
        guard targets.count == amounts.count, targets.count == payloads.count else {
            self.fault =
                "\(targets.count) targets, \(amounts.count) values, \(payloads.count) payloads"
            return
        }
        for index in targets.indices {
            guard case .address(let target) = targets[index],
                case .uint(let value) = amounts[index], case .bytes(let data) = payloads[index]
            else { return }
            self.calls.append(ContractCall(target: target, value: value, data: data))
        }
    }

    /// Safe's MultiSend: operation, target, value, length and data of each call, without padding.
    private mutating func addPacked(_ bytes: [UInt8]) {
        self.isList = true
        var at = 0
        while at < bytes.count {
            guard bytes.count - at >= 85, bytes[at] <= 1,
                let target = Address(bytes: Array(bytes[(at + 1)..<(at + 21)])),
                let value = U256(bigEndian: Array(bytes[(at + 21)..<(at + 53)])),
                let length = U256(bigEndian: Array(bytes[(at + 53)..<(at + 85)]))?.int,
                length <= bytes.count - at - 85
            else {
                self.fault = "no call at byte \(at) of \(bytes.count)"
                return
            }
            let start = at + 85
            self.calls.append(
                ContractCall(
                    target: target, value: value, data: Array(bytes[start..<(start + length)]),
                    isDelegate: bytes[at] == 1))
            at = start + length
        }
    }
}
