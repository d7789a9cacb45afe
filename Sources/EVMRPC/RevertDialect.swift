// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMPrimitives
import JSONBytes

/// The ways in which nodes say that a call was reverted.
///
/// go-ethereum, Erigon, Nethermind, reth, anvil: code 3, "execution reverted: …", return data as hex
/// in `data`. Besu: -32000, "Execution reverted". OpenEthereum and older Nethermind: -32015, "VM
/// execution error", data "Reverted 0x…". Hardhat: -32603, "VM Exception while processing
/// transaction: reverted with …", hex in `data` or `data.data`. Ganache: -32000, "… revert", hex in
/// `data`, `data.result` or under the transaction's hash in `return`. eth-tester: words alone.
enum RevertDialect {
    /// The EVM stopped at a fault of the contract's: as good as reverted, without data.
    private static let faults = [
        "invalid opcode", "bad instruction", "undefined instruction", "invalid jump",
        "bad jump destination", "stack underflow", "stack limit reached", "stack overflow",
        "write protection", "always failing transaction",
    ]
    /// The words mean a limit of the node's, which another node may not have.
    private static let limits = ["out of gas", "gas required exceeds", "timeout", "timed out"]
    /// How deep `data` is looked into.
    private static let depthMax = 3

    /// The return data of a call that failed by itself; nil for any other error.
    static func data(of error: RPCErrorObject) -> [UInt8]? {
        let text = error.matchText
        if RPCErrorClassifier.has(text, Self.limits) { return nil }
        if error.code == 3 || text.contains("revert") { return error.returned ?? [] }
        return RPCErrorClassifier.has(text, Self.faults) ? [] : nil
    }

    /// The return data in an error's `data`, wherever it stands there.
    static func returned(_ data: JSONValue?, depth: Int = 0) -> [UInt8]? {
        switch data {
        case .string(let text)?: return Self.hex(in: text)
        case .object(let object)? where depth < Self.depthMax:
            for key in ["data", "result", "return", "output", "returnData"] {
                if let found = Self.returned(object[key], depth: depth + 1) { return found }
            }
            // Ganache's name of the transaction, whatever its hash is.
            for member in object.members where member.key.hasPrefix("0x") {
                if let found = Self.returned(member.value["return"], depth: depth + 1) {
                    return found
                }
            }
            return nil
        default: return nil
        }
    }

    /// `0x…`, or `Reverted 0x…`.
    private static func hex(in text: String) -> [UInt8]? {
        guard let start = text.firstRange(of: "0x")?.lowerBound else { return nil }
        let digits = text[start...].prefix { $0 != " " && $0 != "\"" && $0 != "," }
        return Hex.decode(digits)
    }

    /// Whether a *result* is what a reverted call returned: go-ethereum before 1.9.15 and its kin told
    /// it so. No function returns words and four bytes; `Error(string)` and `Panic(uint256)` are.
    static func isRevert(_ result: [UInt8]) -> Bool {
        guard result.count % 32 == 4, result.count > 4 else { return false }
        return result.starts(with: [0x08, 0xc3, 0x79, 0xa0])
            || result.starts(with: [0x4e, 0x48, 0x7b, 0x71])
    }
}
