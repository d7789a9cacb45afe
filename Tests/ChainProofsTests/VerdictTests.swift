// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainProofs
import EVMPrimitives
import EVMSignatures
import Testing
import WeirTestSupport

/// What a verdict says where a check fails, and where it cannot be made.
@Suite("Verdicts")
struct VerdictTests {
    private func header() throws -> BlockHeader {
        var header = BlockHeader(
            number: BlockNumber(7), hash: .zero, parentHash: .zero, timestamp: BlockTime(9))
        header.transactionsRoot = BlockRoots.empty
        header.receiptsRoot = BlockRoots.empty
        header.hash = try HeaderHash.hash(of: header)
        return header
    }

    /// Transactions of one key, signed.
    private func signed(_ count: UInt64) throws -> (list: [Transaction], from: Address) {
        var random = SeededRandom(seed: 41)
        let key = try PrivateKey(bytes: random.bytes(32))
        let list = try (0..<count).map { nonce in
            var transaction = Transaction(
                type: 2, nonce: nonce, gasLimit: 21_000, to: .zero, value: 1, input: [])
            transaction.chainID = 1
            transaction.maxFeePerGas = 9
            transaction.maxPriorityFeePerGas = 1
            return try TransactionCoding.sign(transaction, with: key)
        }
        return (list, key.address)
    }

    @Test func aForeignSealMakesAHashThatDiffersUncheckableAndNoOther() throws {
        var header = try self.header()
        var verdict = BlockVerdict()
        verdict.check(header, hasForeignSeal: true)
        #expect(verdict.outcomes == [.blockHash: .holds])
        header.gasLimit = 1
        verdict.check(header, hasForeignSeal: true)
        #expect(verdict.outcomes == [.blockHash: .impossible(.foreignSeal)])
        #expect(verdict.failures.isEmpty && !verdict.isProven)
        verdict.check(header)
        #expect(verdict.outcomes == [.blockHash: .fails])
    }

    @Test func onARollupTheRootOfNoWithdrawalsMayBeAnything() throws {
        var header = try self.header()
        let some = [Withdrawal(index: 1, validatorIndex: 2, address: .zero, amount: 3)]
        header.withdrawalsRoot = Hash256(words: 1, 2, 3, 4)
        func outcome(_ list: [Withdrawal], isRollup: Bool) -> BlockVerdict.Outcome? {
            var verdict = BlockVerdict()
            verdict.check(list, of: header, isRollup: isRollup)
            return verdict.outcomes[.withdrawalsRoot]
        }
        #expect(outcome([], isRollup: true) == .impossible(.withdrawalsRootOfStorage))
        #expect(outcome([], isRollup: false) == .fails)
        #expect(outcome(some, isRollup: true) == .fails)
        header.withdrawalsRoot = BlockRoots.empty
        #expect(outcome([], isRollup: true) == .holds)
        header.withdrawalsRoot = nil
        #expect(outcome([], isRollup: false) == .holds)
        #expect(outcome(some, isRollup: false) == .fails)
    }

    @Test func everyWrongSenderIsNamedWithItsSigner() throws {
        var (list, from) = try self.signed(5)
        list[1].from = .zero
        list[3].from = Address(words: 1, 1, 1)
        var verdict = BlockVerdict()
        verdict.check(
            senders: list.map { TransactionCoding.recovery(of: $0) }, of: list)
        #expect(verdict.failures == [.senders])
        #expect(
            verdict.evidence[.senders]
                == .items(
                    count: 5,
                    faults: [
                        .init(index: 1, reason: .sender(stated: .zero, recovered: from)),
                        .init(
                            index: 3,
                            reason: .sender(stated: Address(words: 1, 1, 1), recovered: from)),
                    ]))
    }

    /// A provider must not be able to hide a wrong sender behind a type that nobody knows.
    @Test func aDisprovedSenderDecidesOverOneThatCannotBeChecked() throws {
        var (list, from) = try self.signed(3)
        list[0].type = 0x63
        var verdict = BlockVerdict()
        func check() {
            verdict.check(senders: list.map { TransactionCoding.recovery(of: $0) }, of: list)
        }
        check()
        #expect(verdict.outcomes[.senders] == .impossible(.transactionType(0x63)))
        list[2].from = .zero
        check()
        #expect(verdict.outcomes[.senders] == .fails)
        #expect(
            verdict.evidence[.senders]?.description
                == "transaction 2 was signed by \(from), stated \(Address.zero)")
        list[2].from = from
        list[1].r = .zero
        check()
        #expect(verdict.outcomes[.senders] == .fails)
    }

    @Test func onlyArbOSSendsArbitrumsInternalTransactions() throws {
        var transaction = Transaction(
            type: 0x6a, nonce: 0, gasLimit: 0, to: nil, value: .zero, input: [1])
        transaction.chainID = 421_614
        transaction.from = try #require(Address("0x00000000000000000000000000000000000a4b05"))
        #expect(try TransactionCoding.sender(of: transaction) == transaction.from)
        var verdict = BlockVerdict()
        transaction.from = .zero
        verdict.check(senders: [TransactionCoding.recovery(of: transaction)], of: [transaction])
        #expect(verdict.outcomes[.senders] == .fails)
    }

    @Test func bloomsAreComparedByTheBitsThatDiffer() throws {
        var header = try self.header()
        let log = Receipt.Log(address: .zero, topics: [.zero], data: [])
        let receipt = Receipt(
            type: 2, transactionHash: .zero, outcome: .status(true), gasUsed: 5,
            cumulativeGasUsed: 5, logs: [log])
        header.receiptsRoot = BlockRoots.receiptsRoot([receipt])
        header.gasUsed = 5
        var verdict = BlockVerdict()
        verdict.check([receipt], of: header)
        #expect(verdict.failures == [.logsBloom])
        let bits = BlockRoots.logsBloom(of: [log]).bitCount
        #expect(bits > 0 && bits <= 6)
        #expect(
            verdict.evidence[.logsBloom]?.description
                == "\(bits) bits of the logs are not set, 0 are set that are not of the logs")
        var damaged = receipt
        damaged.logsBloom = LogsBloom()
        header.logsBloom = receipt.logsBloom
        verdict.check([damaged], of: header)
        #expect(verdict.failures == [.receiptsRoot, .receiptBlooms])
        #expect(
            verdict.evidence[.receiptBlooms]
                == .items(count: 1, faults: [.init(index: 0, reason: .bloom)]))
    }

    /// A deposit receipt of an OP-stack chain since Canyon, as op-geth and reth encode it.
    @Test func aDepositReceiptSinceCanyonHasItsPublishedBytes() {
        var receipt = Receipt(
            type: 0x7e, transactionHash: .zero, outcome: .status(true), gasUsed: 46_913,
            cumulativeGasUsed: 46_913, logs: [])
        receipt.depositNonce = 4_012_991
        receipt.depositReceiptVersion = 1
        let zeros = String(repeating: "00", count: 256)
        #expect(
            Hex.encode(ReceiptCoding.encode(receipt))
                == "0x7ef9010d0182b741b90100\(zeros)c0833d3bbf01")
    }
}
