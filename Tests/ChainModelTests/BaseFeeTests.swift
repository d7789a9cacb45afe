// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import Testing

/// Fees of the next block, at the edges; real blocks are in the vectors.
@Suite("base fees")
struct BaseFeeTests {
    @Test func theFeeRisesByOneAtLeastAndStaysAtTheTarget() {
        let rules = BaseFeeRules.ethereum
        #expect(rules.next(after: 0, gasUsed: 16, gasLimit: 30) == 1)
        #expect(rules.next(after: 7, gasUsed: 15, gasLimit: 30) == 7)
        #expect(rules.next(after: 7, gasUsed: 0, gasLimit: 30) == 7)
        #expect(rules.next(after: 8, gasUsed: 0, gasLimit: 30) == 7)
    }

    @Test func chainsHaveRulesOfTheirOwn() {
        let base = BaseFeeRules(elasticity: 6, changeDenominator: 250, minimum: 1000)
        #expect(base.next(after: 1_000_000, gasUsed: 60, gasLimit: 60) == 1_020_000)
        #expect(base.next(after: 1_000_000, gasUsed: 0, gasLimit: 60) == 996_000)
        #expect(base.next(after: 1000, gasUsed: 0, gasLimit: 60) == 1000)
    }

    @Test func whatMakesNoSenseHasNoFee() {
        let rules = BaseFeeRules.ethereum
        #expect(rules.next(after: 7, gasUsed: 0, gasLimit: 0) == nil)
        #expect(rules.next(after: 7, gasUsed: 0, gasLimit: 1) == nil)
        #expect(rules.next(after: .max, gasUsed: .max, gasLimit: 2) == nil)
        let odd = BaseFeeRules(elasticity: 0, changeDenominator: 0)
        #expect(odd.next(after: 7, gasUsed: 1, gasLimit: 2) == nil)
    }

    /// EIP-4844's own cases of `fake_exponential`, with a factor of one.
    @Test(arguments: [
        (0, 1, 1), (1, 1, 2), (5, 2, 11), (2314057, 3338477, 1), (2314058, 3338477, 2),
        (10 << 20, 3338477, 23),
    ])
    func blobPrices(excess: UInt64, fraction: UInt64, price: UInt64) {
        #expect(
            BlobBaseFee.price(excessBlobGas: excess, fraction: fraction) == U256(price))
    }

    @Test func hostileExcessEndsQuickly() {
        #expect(BlobBaseFee.price(excessBlobGas: .max, fraction: 1) == nil)
        #expect(
            BlobBaseFee.price(excessBlobGas: .max, fraction: BlobBaseFee.Fraction.cancun)
                == nil)
        #expect(BlobBaseFee.price(excessBlobGas: 1, fraction: 0) == nil)
        #expect(BlobBaseFee.price(excessBlobGas: .max, fraction: .max) == 2)
    }
}
