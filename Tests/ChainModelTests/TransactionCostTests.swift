// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import Testing
import WeirTestSupport

/// What a transaction costs by the rules of each family, and what receipts cannot make of it.
@Suite("transaction cost")
struct TransactionCostTests {
    // MARK: OP stack

    /// Fields of a real receipt and what they must give.
    struct RollupReceipt: Sendable, CustomStringConvertible {
        var description: String
        var gasUsed: UInt64 = 0
        var price: U256 = .zero
        var l1Fee: U256
        var l1GasUsed: U256
        var l1GasPrice: U256
        var feeScalar: U256?
        var baseScalar: UInt64?
        var blobBaseFee: U256?
        var blobScalar: UInt64?
        var footprint: UInt64?
        var blobGasUsed: UInt64?
        var operatorScalar: UInt64?
        var operatorConstant: UInt64?
        var total: U256

        var paid: PaidTransaction {
            var paid = PaidTransaction(gasUsed: self.gasUsed, price: self.price)
            paid.receipt.fees.l1Fee = self.l1Fee
            paid.receipt.fees.l1GasUsed = self.l1GasUsed
            paid.receipt.fees.l1GasPrice = self.l1GasPrice
            paid.receipt.fees.l1FeeScalarMillionths = self.feeScalar
            paid.receipt.fees.l1BaseFeeScalar = self.baseScalar
            paid.receipt.fees.l1BlobBaseFee = self.blobBaseFee
            paid.receipt.fees.l1BlobBaseFeeScalar = self.blobScalar
            paid.receipt.fees.daFootprintGasScalar = self.footprint
            paid.receipt.fees.blobGasUsed = self.blobGasUsed
            paid.receipt.fees.operatorFeeScalar = self.operatorScalar
            paid.receipt.fees.operatorFeeConstant = self.operatorConstant
            return paid
        }
    }

    static let receipts: [RollupReceipt] = [
        // Base, transaction 0x7b983c25…: a deployment in Bedrock, scalar 0.684.
        RollupReceipt(
            description: "Bedrock", gasUsed: 0x51_8660, price: 0x9502_f932,
            l1Fee: 0xe_780d_f010_03bc, l1GasUsed: 0x5_8b3c, l1GasPrice: 0x3_d0cd_a2ec,
            feeScalar: 684_000, total: 17_429_691_198_579_324),
        // A chain of the OP stack without blobs: the size is the least that Fjord charges.
        RollupReceipt(
            description: "Fjord, least size", gasUsed: 60_000, price: 1_000_000, l1Fee: 0x6da0,
            l1GasUsed: 0x640, l1GasPrice: 0x3216, baseScalar: 0x558, blobBaseFee: 1,
            blobScalar: 0, total: 60_000_028_064),
        // A devnet of Isthmus that charges an operator fee: 74,824 · 300 / 10⁶ + 400 = 422.
        RollupReceipt(
            description: "Isthmus", gasUsed: 0x1_2448, price: 0x6696_339c, l1Fee: 0x235_3d65,
            l1GasUsed: 0x640, l1GasPrice: 0x102_3dc7, baseScalar: 0x558, blobBaseFee: 1,
            blobScalar: 0xc_5fc5, operatorScalar: 300, operatorConstant: 400,
            total: 128_781_093_286_635),
        // OP Mainnet, transaction 0xca5a3c6b…, Jovian: 40,000 of footprint are not blobs.
        RollupReceipt(
            description: "Jovian", gasUsed: 0xb_dbfe, price: 0x15f, l1Fee: 0xae8f_1995,
            l1GasUsed: 0x640, l1GasPrice: 0xcdb_8f78, baseScalar: 0x146b,
            blobBaseFee: 0xa9_2fc3, blobScalar: 0xf_79c5, footprint: 0x190,
            blobGasUsed: 0x9c40, total: 3_201_415_895),
        // Base, transaction 0x99933efa…: a size that is no whole number of units.
        RollupReceipt(
            description: "Jovian, estimated size", gasUsed: 0x6_b27e, price: 0x216_0ec0,
            l1Fee: 0xe8db_cf6a, l1GasUsed: 0x195c, l1GasPrice: 0x5f1_9cf3, baseScalar: 0x8dd,
            blobBaseFee: 0x56_d33b, blobScalar: 0x10_1c12, footprint: 0x94,
            blobGasUsed: 0xea24, total: 15_365_756_719_594),
    ]

    @Test(arguments: receipts)
    func receiptsOfTheOPStackAddUp(_ receipt: RollupReceipt) throws {
        let cost = try receipt.paid.cost(baseFee: 1)
        #expect(cost.family == .opStack)
        #expect(cost.l1Basis == .confirmed)
        #expect(cost.l1DataWei == receipt.l1Fee)
        #expect(cost.blobWei == .zero)
        #expect(cost.totalWei == receipt.total)
        #expect(cost.baseFeeBurnedWei == U256(receipt.gasUsed))
        #expect(!cost.isFree)
    }

    @Test(arguments: receipts)
    func aFeeThatTheFieldsDoNotGiveIsDisputedAndCounts(_ receipt: RollupReceipt) throws {
        var paid = receipt.paid
        paid.receipt.fees.l1Fee = receipt.l1Fee.multiplied(by: 2)
        let doubled = try paid.cost()
        guard case .disputed(let least, let most) = doubled.l1Basis else {
            Issue.record("\(doubled.l1Basis)")
            return
        }
        #expect(least <= receipt.l1Fee && receipt.l1Fee <= most)
        #expect(doubled.totalWei == receipt.total.adding(receipt.l1Fee))

        paid.receipt.fees.l1GasPrice = nil
        #expect(try paid.cost().l1Basis == .stated)
        paid.receipt.fees.l1Fee = nil
        let missing = try paid.cost(FeeRules(family: .opStack))
        #expect(missing.l1Basis == .missing)
        #expect(missing.totalWei == receipt.total.subtracting(receipt.l1Fee))
    }

    /// OP-stack specification: Isthmus and Jovian differ by 10⁸.
    @Test func theTwoOperatorFeesAreToldApart() throws {
        var paid = PaidTransaction(gasUsed: 1_000_000, price: 0)
        paid.receipt.fees.operatorFeeScalar = 7
        paid.receipt.fees.operatorFeeConstant = 11
        #expect(try paid.cost().operatorWei == 18)
        #expect(try paid.cost(FeeRules(operatorFee: .jovian)).operatorWei == 700_000_011)
        paid.receipt.fees.daFootprintGasScalar = 400
        #expect(try paid.cost().operatorWei == 700_000_011)
        #expect(try paid.cost(FeeRules(operatorFee: .isthmus)).operatorWei == 18)
        // The scalar alone or the constant alone.
        paid.receipt.fees.operatorFeeScalar = nil
        #expect(try paid.cost().operatorWei == 11)
        // The largest of everything fits.
        paid.receipt.gasUsed = .max
        paid.receipt.fees.operatorFeeScalar = .max
        paid.receipt.fees.operatorFeeConstant = .max
        let square = try #require(U256(UInt64.max).multiplied(by: U256(UInt64.max)))
        #expect(
            try paid.cost().operatorWei == square.multiplied(by: 100)?.adding(U256(UInt64.max)))
    }

    @Test func depositsAreFreeWhateverTheirReceiptSays() throws {
        var paid = PaidTransaction(type: 0x7e, gasUsed: 46_000, price: 5)
        paid.receipt.fees.l1Fee = 0x5_bf1a_b43d
        paid.receipt.fees.operatorFeeScalar = 1
        paid.receipt.fees.operatorFeeConstant = 1
        paid.receipt.fees.daFootprintGasScalar = 1
        let cost = try paid.cost(baseFee: 1)
        #expect(cost.isFree)
        #expect(cost.totalWei == .zero)
        #expect(cost.gasUsed == 46_000)
        #expect(cost.family == .opStack)
        // A deposit's nonce in the receipt of an ordinary transaction makes nothing free.
        paid.transaction.type = 2
        paid.receipt.depositNonce = 1
        #expect(try !paid.cost(baseFee: 1).isFree)
    }

    // MARK: Ethereum

    @Test func blobsAreChargedToTransactionsThatCarryThem() throws {
        var paid = PaidTransaction(type: 3, gasUsed: 21_000, price: 10)
        paid.transaction.blobVersionedHashes = [.zero, .zero, .zero]
        #expect(throws: CostError.noBlobGasPrice(transaction: PaidTransaction.hash)) {
            try paid.cost(baseFee: 7)
        }
        // Neither amount nor price in the receipt.
        let computed = try paid.cost(baseFee: 7, FeeRules(blobBaseFee: 2))
        #expect(computed.blobWei == U256(UInt64(3 * 131_072 * 2)))
        paid.receipt.fees.blobGasUsed = 131_072
        paid.receipt.fees.blobGasPrice = 5
        let cost = try paid.cost(baseFee: 7, FeeRules(blobBaseFee: 2))
        #expect(cost.blobWei == 655_360)
        #expect(cost.totalWei == 865_360)
        #expect(cost.baseFeeBurnedWei == 147_000)
        #expect(cost.tipWei == 63_000)
        paid.transaction.type = 2
        #expect(try paid.cost(baseFee: 7).blobWei == .zero)
    }

    @Test func aPriceBelowTheBaseFeeBurnsNoMoreThanWasPaid() throws {
        let cost = try PaidTransaction(gasUsed: 100, price: 3).cost(baseFee: 8)
        #expect(cost.baseFeeBurnedWei == 300)
        #expect(cost.tipWei == .zero)
        #expect(cost.totalWei == 300)
        #expect(!cost.isFree)
    }

    @Test func thePriceIsOfferedWithinTheMost() throws {
        var paid = PaidTransaction(gasUsed: 1)
        #expect(throws: CostError.noGasPrice(transaction: PaidTransaction.hash)) {
            try paid.cost(baseFee: 7)
        }
        paid.transaction.maxFeePerGas = 10
        paid.transaction.maxPriorityFeePerGas = 2
        #expect(try paid.cost(baseFee: 7).totalWei == 9)
        #expect(try paid.cost(baseFee: 9).totalWei == 10)
        #expect(throws: CostError.noGasPrice(transaction: PaidTransaction.hash)) {
            try paid.cost()
        }
        paid.transaction.maxPriorityFeePerGas = .max
        #expect(try paid.cost(baseFee: 9).totalWei == 10)
        paid.transaction.gasPrice = 4
        #expect(try paid.cost(baseFee: 9).totalWei == 4)
    }

    // MARK: Arbitrum

    @Test func gasForL1IsSplitOffAndNotAdded() throws {
        var paid = PaidTransaction(gasUsed: 100, price: 10)
        paid.receipt.fees.gasUsedForL1 = 30
        let cost = try paid.cost(baseFee: 10)
        #expect(cost.family == .arbitrum)
        #expect(cost.executionWei == 700)
        #expect(cost.l1DataWei == 300)
        #expect(cost.totalWei == 1000)
        #expect(cost.gasUsedForL1 == 30)
        paid.receipt.fees.gasUsedForL1 = 101
        #expect(
            throws: CostError.l1GasAboveGas(
                transaction: PaidTransaction.hash, l1Gas: 101, gas: 100)
        ) { try paid.cost() }
        // What the configuration says counts.
        #expect(try paid.cost(FeeRules(family: .ethereum)).l1DataWei == .zero)
    }

    @Test(arguments: [
        (0x64 as UInt8, true), (0x65, false), (0x68, false), (0x69, false), (0x6a, true),
        (0x78, false),
    ])
    func arbitrumsOwnTypes(type: UInt8, isFree: Bool) throws {
        let cost = try PaidTransaction(type: type, gasUsed: 7, price: 3).cost(baseFee: 3)
        #expect(cost.family == .arbitrum)
        #expect(cost.isFree == isFree)
        #expect(cost.totalWei == (isFree ? 0 : 21))
    }

    // MARK: Hostile receipts

    @Test func amountsThatDoNotFitAreErrors() throws {
        let hash = PaidTransaction.hash
        #expect(throws: CostError.overflow(transaction: hash, .execution)) {
            try PaidTransaction(gasUsed: 2, price: .max).cost()
        }
        var blob = PaidTransaction(type: 3, gasUsed: 1, price: .max)
        blob.receipt.fees.blobGasUsed = 1
        blob.receipt.fees.blobGasPrice = 1
        #expect(throws: CostError.overflow(transaction: hash, .total)) { try blob.cost() }
        blob.receipt.fees.blobGasUsed = 2
        blob.receipt.fees.blobGasPrice = .max
        #expect(throws: CostError.overflow(transaction: hash, .blob)) { try blob.cost() }
        var rollup = PaidTransaction(gasUsed: 1, price: 1)
        rollup.receipt.fees.l1Fee = .max
        #expect(throws: CostError.overflow(transaction: hash, .total)) { try rollup.cost() }
        // A check that overflows is no check.
        rollup.receipt.fees.l1Fee = 5
        rollup.receipt.fees.l1GasUsed = .max
        rollup.receipt.fees.l1GasPrice = .max
        rollup.receipt.fees.l1FeeScalarMillionths = .max
        #expect(try rollup.cost().l1Basis == .stated)
        rollup.receipt.fees.l1FeeScalarMillionths = nil
        rollup.receipt.fees.l1BaseFeeScalar = .max
        rollup.receipt.fees.l1BlobBaseFee = .max
        rollup.receipt.fees.l1BlobBaseFeeScalar = .max
        #expect(try rollup.cost().l1Basis == .stated)
    }

    @Test func aReceiptOfAnotherTransactionIsRefused() {
        var paid = PaidTransaction(gasUsed: 1, price: 1)
        paid.receipt.transactionHash = .zero
        #expect(
            throws: CostError.otherTransaction(
                transaction: PaidTransaction.hash, receipt: .zero)
        ) { try paid.cost() }
        #expect(
            "\(CostError.noGasPrice(transaction: .zero))".hasPrefix("neither receipt nor"))
    }

    // MARK: Blocks

    private func block() -> [PaidTransaction] {
        (UInt64(1)...3).map { number in
            var paid = PaidTransaction(gasUsed: 10 * number, price: 2)
            paid.transaction.hash = Hash256(words: 0, 0, 0, number)
            paid.receipt.transactionHash = paid.transaction.hash
            paid.receipt.cumulativeGasUsed = 5 * number * (number + 1)
            return paid
        }
    }

    private func costs(_ block: [PaidTransaction]) throws(CostError) -> [TransactionCost] {
        try TransactionCost.all(
            block.map(\.transaction), block.map(\.receipt), baseFeePerGas: 1)
    }

    @Test func aBlockTellsTheFamilyOfAllItsTransactions() throws {
        var block = self.block()
        #expect(try self.costs(block).map(\.totalWei) == [20, 40, 60])
        block[0].transaction.type = 0x7e
        let costs = try self.costs(block)
        #expect(costs.map(\.family) == [.opStack, .opStack, .opStack])
        #expect(costs.map(\.totalWei) == [0, 40, 60])
        #expect(costs.map(\.l1Basis) == [.none, .missing, .missing])
    }

    @Test func gasThatTheBlockDoesNotShowIsRefused() {
        for place in 0..<3 {
            var block = self.block()
            block[place].receipt.gasUsed -= 1
            let paid = block[place].receipt
            #expect(
                throws: CostError.gasNotCumulative(
                    transaction: paid.transactionHash, stated: paid.gasUsed,
                    before: paid.cumulativeGasUsed - paid.gasUsed - 1,
                    after: paid.cumulativeGasUsed)
            ) { try self.costs(block) }
        }
        var falling = self.block()
        falling[1].receipt.cumulativeGasUsed = 1
        #expect(throws: CostError.self) { try self.costs(falling) }
        let block = self.block()
        #expect(throws: CostError.receiptCount(transactions: 3, receipts: 2)) {
            try TransactionCost.all(
                block.map(\.transaction), block.dropLast().map(\.receipt), baseFeePerGas: 1)
        }
        // In another order the pairs do not fit.
        #expect(throws: CostError.self) {
            try TransactionCost.all(
                block.map(\.transaction), block.map(\.receipt).reversed(), baseFeePerGas: 1)
        }
    }

    /// Whatever a receipt says: no trap, and the parts add up.
    @Test func partsAddUpForAnyReceipt() throws {
        var random = SeededRandom(seed: 20_261_126)
        var priced = 0
        for _ in 0..<20_000 {
            let types: [UInt8] = [0, 2, 3, 4, 0x68, 0x6a, 0x7e]
            var paid = PaidTransaction(
                type: types.randomElement(using: &random) ?? 0,
                gasUsed: random.word().limb0, price: random.word().shiftedRight(by: 90))
            if random.next() % 2 == 0 { paid.receipt.fees.l1Fee = random.word() }
            if random.next() % 2 == 0 { paid.receipt.fees.l1GasUsed = random.word() }
            if random.next() % 2 == 0 { paid.receipt.fees.l1GasPrice = random.word() }
            if random.next() % 2 == 0 {
                paid.receipt.fees.l1FeeScalarMillionths = random.word()
            }
            if random.next() % 2 == 0 { paid.receipt.fees.operatorFeeScalar = random.next() }
            if random.next() % 2 == 0 { paid.receipt.fees.gasUsedForL1 = random.next() >> 32 }
            paid.receipt.fees.blobGasUsed = random.next()
            paid.receipt.fees.blobGasPrice = random.word()
            let family = FeeFamily.allCases.randomElement(using: &random)
            guard
                let cost = try? paid.cost(
                    baseFee: random.word(), FeeRules(family: family))
            else { continue }
            priced += 1
            let gasPaid = cost.baseFeeBurnedWei.adding(cost.tipWei)
            let inGas =
                cost.family == .arbitrum
                ? cost.executionWei.adding(cost.l1DataWei) : cost.executionWei
            let sum = cost.executionWei.adding(cost.blobWei)?.adding(cost.l1DataWei)?
                .adding(cost.operatorWei)
            guard gasPaid == inGas, sum == cost.totalWei else {
                Issue.record("seed \(random.seed): \(paid) costs \(cost)")
                return
            }
        }
        #expect(priced > 5000)
    }
}
