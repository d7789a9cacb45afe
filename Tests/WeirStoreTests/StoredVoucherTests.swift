// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import SQLiteDriver
import Testing

@testable import WeirStore

/// Vouchers in the store: the best of each channel and signer, beside the chain.
@Suite struct StoredVoucherTests {
    private static let chain = ChainID(1)

    private static func voucher(
        _ channel: U256, _ nonce: U256?, _ amount: U256?, signer: UInt64 = 1
    ) -> StoredVoucher {
        StoredVoucher(
            network: "hub", channel: channel, signer: Address(words: signer, 0, 0), nonce: nonce,
            amount: amount, received: BlockTime(1_700_000_000), document: "{\"a\":\"ü\"}")
    }

    @Test func theLastOfAChannelAndSignerStays() async throws {
        let store = try await WeirStore.prepare(try SQLiteConnection.inMemory())
        #expect(try await store.vouchers(Self.chain).isEmpty)
        let old = Self.voucher(.max, 1, 5)
        let new = Self.voucher(.max, 2, .max)
        let other = Self.voucher(.max, nil, 7, signer: 2)
        let third = Self.voucher(3, 0, nil)
        try await store.commit(Self.chain, [StepCommit(nil, vouchers: [old, third])])
        try await store.commit(Self.chain, [StepCommit(nil, vouchers: [new, other])])
        #expect(try await store.vouchers(Self.chain) == [third, new, other])
        #expect(try await store.vouchers(ChainID(2)).isEmpty)
    }

    @Test func reorgsAndForgettingLeaveThem() async throws {
        let store = try await WeirStore.prepare(try SQLiteConnection.inMemory())
        let voucher = Self.voucher(7, 1, 1)
        try await store.commit(
            Self.chain,
            [
                StepCommit(.placed(WeirStoreTests.anchor(0))),
                StepCommit(.committed(WeirStoreTests.block(1))),
                StepCommit(nil, vouchers: [voucher]),
                StepCommit(.reverted(to: WeirStoreTests.anchor(0).ref, depth: 1)),
            ])
        #expect(try await store.vouchers(Self.chain) == [voucher])
        try await store.forget(Self.chain)
        #expect(try await store.vouchers(Self.chain) == [voucher])
    }
}
