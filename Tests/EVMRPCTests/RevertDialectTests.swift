// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMPrimitives
import JSONBytes
import Testing

@testable import EVMRPC

/// How nodes say that a call was reverted, and what only looks like it.
@Suite struct RevertDialectTests {
    /// `Error("no")`.
    static let reason =
        "08c379a0" + String(repeating: "0", count: 62) + "20" + String(repeating: "0", count: 63)
        + "26e6f" + String(repeating: "0", count: 60)

    private func revert(_ json: String) throws -> [UInt8]? {
        let value = try JSONValue(parsing: json.replacing("REASON", with: "0x" + Self.reason))
        return RevertDialect.data(of: try #require(RPCErrorObject(value)))
    }

    @Test(
        arguments: [
            // go-ethereum, Erigon, reth, anvil, Nethermind.
            #"{"code":3,"message":"execution reverted: no","data":"REASON"}"#,
            // Besu.
            #"{"code":-32000,"message":"Execution reverted: no","data":"REASON"}"#,
            // OpenEthereum, older Nethermind.
            #"{"code":-32015,"message":"VM execution error.","data":"Reverted REASON"}"#,
            #"{"code":-32015,"message":"VM execution error.","data":{"message":"revert","data":"REASON"}}"#,
            // Hardhat.
            #"{"code":-32603,"message":"Error: VM Exception while processing transaction: reverted with reason string 'no'","data":"REASON"}"#,
            #"{"code":-32603,"message":"Error: VM Exception while processing transaction: reverted with reason string 'no'","data":{"message":"Error: no","txHash":"0x12","data":"REASON"}}"#,
            // Ganache, newer and older.
            #"{"code":-32000,"message":"VM Exception while processing transaction: revert no","data":{"hash":"0x77","programCounter":12,"result":"REASON","reason":"no","message":"revert"}}"#,
            #"{"code":-32000,"message":"VM Exception while processing transaction: revert no","data":{"0xabcd":{"error":"revert","program_counter":3,"return":"REASON","reason":"no"},"stack":"x","name":"c"}}"#,
        ])
    func theReturnDataIsFound(error: String) throws {
        #expect(try self.revert(error) == Hex.decode("0x" + Self.reason))
    }

    @Test(
        arguments: [
            #"{"code":3,"message":"execution reverted"}"#,
            #"{"code":3,"message":"execution reverted","data":"0x"}"#,
            // eth-tester has words alone.
            #"{"code":-32000,"message":"execution reverted: no"}"#,
            #"{"code":-32015,"message":"VM execution error.","data":"Reverted 0x"}"#,
            #"{"code":-32603,"message":"VM Exception while processing transaction: reverted without a reason"}"#,
            #"{"code":-32000,"message":"invalid opcode: INVALID"}"#,
            #"{"code":-32015,"message":"VM execution error.","data":"Bad instruction fe"}"#,
            #"{"code":-32000,"message":"stack underflow (0 <=> 1)"}"#,
            #"{"code":-32000,"message":"invalid jump destination"}"#,
            #"{"code":3,"message":"execution reverted","data":"0xzz"}"#,
            #"{"code":3,"message":"execution reverted","data":{"data":{"data":{"data":{"data":"0x01"}}}}}"#,
            #"{"code":3,"message":"execution reverted","data":[1,2]}"#,
            #""execution reverted""#,
        ])
    func withoutDataItIsARevertAllTheSame(error: String) throws {
        #expect(try self.revert(error) == [])
    }

    @Test(
        arguments: [
            #"{"code":-32000,"message":"out of gas"}"#,
            #"{"code":3,"message":"execution reverted: out of gas"}"#,
            #"{"code":-32000,"message":"gas required exceeds allowance (50000000)"}"#,
            #"{"code":-32000,"message":"execution aborted (timeout = 5s)"}"#,
            #"{"code":-32000,"message":"missing trie node"}"#,
            #"{"code":-32000,"message":"header not found"}"#,
            #"{"code":-32602,"message":"invalid argument 1: hex string without 0x prefix"}"#,
            #"{"code":-32601,"message":"method not found"}"#,
            #"{"code":429,"message":"too many requests"}"#,
        ])
    func otherTroubleIsNoRevert(error: String) throws {
        #expect(try self.revert(error) == nil)
    }

    @Test func aResultThatIsARevertIsSeen() throws {
        let reason = try #require(Hex.decode("0x" + Self.reason))
        #expect(RevertDialect.isRevert(reason))
        #expect(
            RevertDialect.isRevert([0x4e, 0x48, 0x7b, 0x71] + [UInt8](repeating: 1, count: 32)))
        #expect(!RevertDialect.isRevert(Array(reason.dropFirst(4))))
        #expect(!RevertDialect.isRevert([0x08, 0xc3, 0x79, 0xa0]))
        #expect(!RevertDialect.isRevert([]))
        #expect(!RevertDialect.isRevert([1, 2, 3, 4] + [UInt8](repeating: 0, count: 32)))
    }
}
