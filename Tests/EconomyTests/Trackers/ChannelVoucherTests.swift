// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMABI
import EVMPrimitives
import EVMSignatures
import HashTreeCollections
import Testing
import WeirTestSupport

@testable import Economy

@Suite("Vouchers of channels")
struct ChannelVoucherTests {
    typealias Lab = ChannelLab

    private static func stale(_ lab: TrackerLab) -> [Double?] {
        [
            lab.value("channel_stale_closes_total", ["hub"]),
            lab.value("channel_stale_closes_open", ["hub"]),
        ]
    }

    private static func fact(_ lab: TrackerLab, _ name: String) -> String? {
        lab.facts.last { $0.kind == "channel_stale_close" }?.fields
            .first { $0.name == name }?.value
    }

    @Test func aCloseWithAnOlderStateIsCountedOnce() throws {
        var lab = try Lab.lab()
        try lab.commit([Lab.opened(7, 100)])
        lab.learn([Lab.learnt(7, 5, 40)])
        #expect(Self.stale(lab) == [0, 0])
        try lab.commit([Lab.closing(7, 3, 20)])
        #expect(Self.stale(lab) == [1, 1])
        #expect(Self.fact(lab, "closed_sequence") == "3")
        #expect(Self.fact(lab, "closed_amount") == "20")
        #expect(Self.fact(lab, "voucher_sequence") == "5")
        #expect(Self.fact(lab, "voucher_amount") == "40")
        #expect(Self.fact(lab, "deadline") != nil)
        // Answered in time: nothing is open any more, and what happened has happened.
        try lab.commit([Lab.disputed(7, 5, 40)])
        #expect(Self.stale(lab) == [1, 0])
        try lab.commit([Lab.closed(7, 60, 40)])
        lab.learn([Lab.learnt(7, 6, 50)])
        #expect(Self.stale(lab) == [1, 0])
        #expect(lab.facts.filter { $0.kind == "channel_stale_close" }.count == 1)
    }

    @Test func aVoucherThatComesAfterTheCloseSaysTheSame() throws {
        var first = try Lab.lab()
        first.learn([Lab.learnt(7, 5, 40)])
        try first.commit([Lab.opened(7, 100), Lab.closing(7, 3, 20)])
        var last = try Lab.lab()
        try last.commit([Lab.opened(7, 100), Lab.closing(7, 3, 20)])
        #expect(Self.stale(last) == [0, 0])
        last.learn([Lab.learnt(7, 5, 40)])
        #expect(Self.stale(last) == [1, 1])
        #expect(Self.stale(first) == [1, 1])
        let told = [first, last].map { lab in
            lab.facts.filter { $0.kind == "channel_stale_close" }
        }
        #expect(told[0] == told[1])
        #expect(told[0].count == 1)
    }

    /// Whether a closing is stale, by what it carries and what is in hand.
    @Test(
        arguments: [
            (3, 20, 4, 20, true), (3, 20, 3, 20, false), (3, 20, 2, 90, false),
            (3, 20, 3, 21, true), (0, 0, 1, 1, true), (0, 0, 0, 0, false),
        ] as [(U256, U256, U256, U256, Bool)])
    func theNumberDecidesAndThenTheSum(
        nonce: U256, amount: U256, voucherNonce: U256, voucherAmount: U256, isStale: Bool
    ) throws {
        var lab = try Lab.lab()
        lab.learn([Lab.learnt(7, voucherNonce, voucherAmount)])
        try lab.commit([Lab.opened(7, 100), Lab.closing(7, nonce, amount)])
        #expect(Self.stale(lab) == (isStale ? [1, 1] : [0, 0]))
    }

    @Test func onlyTheVoucherOfThePayerCounts() throws {
        var lab = try Lab.lab()
        lab.learn([
            Lab.learnt(7, 9, 90, by: Lab.stranger), Lab.learnt(7, 9, 90, by: Lab.payee),
        ])
        try lab.commit([Lab.opened(7, 100), Lab.closing(7, 1, 1)])
        #expect(Self.stale(lab) == [0, 0])
        lab.learn([Lab.learnt(7, 2, 2)])
        #expect(Self.stale(lab) == [1, 1])
    }

    /// Of channels in which each promises the other, a closing shows the promise of the other one.
    @Test func eitherSideMayPromise() throws {
        let voucher = ChannelLab.voucher + "\n        signer: either"
        let yaml = Lab.yaml().replacing(ChannelLab.voucher, with: voucher)
        var lab = try TrackerLab([Lab.contract()], yaml)
        lab.learn([Lab.learnt(7, 5, 9, by: Lab.payee), Lab.learnt(8, 5, 9, by: Lab.payer)])
        // The payer shows the promise of the payee, which is the newest.
        try lab.commit([Lab.opened(7, 100), Lab.closing(7, 5, 9, by: Lab.payer)])
        #expect(Self.stale(lab) == [0, 0])
        // Here the payer's promise is in hand, and nobody has shown it.
        try lab.commit([Lab.opened(8, 100), Lab.closing(8, 5, 9, by: Lab.payer)])
        #expect(Self.stale(lab) == [1, 1])
        try lab.commit([Lab.disputed(8, 5, 9, by: Lab.payee)])
        #expect(Self.stale(lab) == [1, 0])
    }

    @Test func aReorgTakesTheCloseBackAndNotTheVoucher() throws {
        var lab = try Lab.lab()
        try lab.commit([Lab.opened(7, 100)])
        try lab.commit([Lab.closing(7, 3, 20)])
        lab.learn([Lab.learnt(7, 5, 40)])
        #expect(Self.stale(lab) == [1, 1])
        lab.revert(1)
        #expect(Self.stale(lab) == [1, 0])
        #expect(lab.value("channel_stale_closes_reverted_total", ["hub"]) == 1)
        try lab.commit([Lab.closing(7, 4, 30)])
        #expect(Self.stale(lab) == [2, 1])
        lab.settle(2)
        try lab.restart()
        #expect(Self.stale(lab) == [2, 1])
        lab.wait(1_000)
        try lab.commit([] as [Emit])
        #expect(Self.stale(lab) == [2, 0])
    }

    @Test func aSettlementAtOnceMayBeStaleToo() throws {
        var lab = try Lab.lab()
        try lab.commit([Lab.opened(7, 100), Lab.redeemed(7, 10, paid: 10, 1)])
        lab.learn([Lab.learnt(7, 2, 30)])
        try lab.commit([Lab.closed(7, 90, 0)])
        #expect(Self.stale(lab) == [1, 0])
        #expect(Self.fact(lab, "state") == "closed")
        // What was redeemed is what the chain knows.
        try lab.commit([Lab.opened(8, 100), Lab.redeemed(8, 30, paid: 30, 2)])
        lab.learn([Lab.learnt(8, 2, 30)])
        try lab.commit([Lab.closing(8, 0, 0)])
        #expect(Self.stale(lab) == [1, 0])
    }

    @Test func whatWasCountedBelowIsCountedAboveThoughTheChannelIsForgotten() throws {
        var lab = try Lab.lab("ended_max: 1")
        try lab.commit([Lab.opened(7, 100), Lab.closing(7, 1, 1), Lab.closed(7, 99, 1)])
        lab.settle(1)
        try lab.commit([Lab.opened(8, 1), Lab.closed(8, 1, 0)])
        lab.learn([Lab.learnt(7, 5, 5)])
        #expect(Self.stale(lab) == [1, 0])
        lab.settle(1)
        #expect(Self.stale(lab) == [1, 0])
        try lab.restart()
        #expect(Self.stale(lab) == [1, 0])
    }

    @Test func theSubjectOfAVoucherIsItsChannel() throws {
        var lab = try Lab.lab()
        #expect(
            lab.economy.subject("hub", channel: 7, signer: Lab.payer)
                == VoucherSubject(signers: nil, best: nil))
        try lab.commit([Lab.opened(7, 100)])
        lab.learn([Lab.learnt(7, 5, 5)])
        #expect(
            lab.economy.subject("hub", channel: 7, signer: Lab.payer)
                == VoucherSubject(
                    signers: [Lab.payer], best: VoucherState(nonce: 5, cumulative: 5)))
        #expect(lab.economy.subject("hub", channel: 7, signer: Lab.payee)?.best == nil)
        #expect(lab.economy.subject("other", channel: 7, signer: nil) == nil)
    }

    @Test func vouchersWithoutEndDoNotFillTheMemory() throws {
        var lab = try Lab.lab()
        lab.learn(
            (1...9).map { Lab.learnt(7, U256($0), 1, by: Address(words: 9, $0, 0)) })
        let tracker = try #require(lab.tracker(ChannelsTracker.self, "hub"))
        #expect(tracker.promises[7]?.count == 4)
    }

    /// What a settlement shows may be older than what it was closed with.
    @Test func aSettlementMayBeOlderThanItsClosing() throws {
        let yaml = Lab.yaml().replacing(
            "settled: { event: Channels.Closed, channel: id, to_payer: toFrom, to_payee: toTo }",
            with: "settled: { event: Channels.Disputed, channel: id, sequence: nonce, "
                + "amount: amount }"
        )
        .replacing("updated: {", with: "failed: {").split(separator: "\n")
        .filter { !$0.contains("failed: {") }.joined(separator: "\n")
        var lab = try TrackerLab([Lab.contract()], yaml)
        lab.learn([Lab.learnt(7, 5, 50)])
        try lab.commit([Lab.opened(7, 100), Lab.closing(7, 5, 50)])
        #expect(Self.stale(lab) == [0, 0])
        try lab.commit([Lab.disputed(7, 4, 40)])
        #expect(Self.stale(lab) == [1, 0])
        #expect(Self.fact(lab, "closed_sequence") == "4")
    }

    /// Names are not used twice here: a voucher is compared with the last life of its channel.
    @Test(arguments: 0..<24)
    func anyChainAndAnyVouchersFoldToTheSame(seed: UInt64) throws {
        let lab = try Lab.lab("channels: { mine: 2 }")
        var last: UInt64 = 0
        func some(_ random: inout SeededRandom) -> UInt64 {
            last &- UInt64.random(in: 0...3, using: &random)
        }
        try TrackerWalk.run(lab, seed: seed) { random in
            (0..<Int.random(in: 0...5, using: &random)).map { _ in
                let id = some(&random)
                let amount = U256(UInt64.random(in: 0...30, using: &random))
                let nonce = U256(UInt64.random(in: 0...6, using: &random))
                let by = [Lab.payer, Lab.payee, Lab.stranger].randomElement(using: &random)!
                switch Int.random(in: 0..<12, using: &random) {
                case 0, 1, 2:
                    last += 1
                    return Lab.opened(last, amount)
                case 3: return Lab.toppedUp(id, amount, by: by)
                case 4: return Lab.taken(id, amount, by: by)
                case 5, 6: return Lab.redeemed(id, amount, paid: min(amount, 5), nonce)
                case 7, 8: return Lab.closing(id, nonce, amount, by: by)
                case 9: return Lab.disputed(id, nonce, amount, by: by)
                default: return Lab.closed(id, amount, nonce)
                }
            }
        } check: {
            try Self.check($0)
        } vouchers: { random in
            (0..<Int.random(in: 0...2, using: &random)).map { _ in
                Lab.learnt(
                    some(&random),
                    U256(UInt64.random(in: 0...8, using: &random)),
                    U256(UInt64.random(in: 0...40, using: &random)),
                    by: [Lab.payer, Lab.payee].randomElement(using: &random)!)
            }
        }
    }

    /// Names that are used again, and closings that are called off.
    @Test(arguments: 0..<12)
    func anyChainFoldsToWhatItsCanonicalBlocksSay(seed: UInt64) throws {
        let lab = try Lab.lab("channels: { mine: 2 }")
        try TrackerWalk.run(lab, seed: seed) { random in
            (0..<Int.random(in: 0...5, using: &random)).map { _ in
                let id = UInt64.random(in: 1...4, using: &random)
                let amount = U256(UInt64.random(in: 0...30, using: &random))
                let nonce = U256(UInt64.random(in: 0...6, using: &random))
                switch Int.random(in: 0..<9, using: &random) {
                case 0, 1, 2: return Lab.opened(id, amount)
                case 3: return Lab.toppedUp(id, amount)
                case 4: return Lab.redeemed(id, amount, paid: min(amount, 5), nonce)
                case 5, 6: return Lab.closing(id, nonce, amount)
                case 7: return Lab.resumed(id)
                default: return Lab.closed(id, amount, nonce)
                }
            }
        } check: {
            try Self.check($0)
        }
    }

    /// What is shown is what the channels add up to.
    private static func check(_ lab: TrackerLab) throws {
        let tracker = try #require(lab.tracker(ChannelsTracker.self, "hub"))
        var held = U256.zero
        var states: [Channel.State: Int] = [:]
        for channel in tracker.channels.values.values {
            held = try #require(held.adding(channel.held))
            let balances = channel.balances
            #expect(balances.payer.adding(balances.payee) == channel.held)
            if channel.state != .closed { states[channel.state, default: 0] += 1 }
            #expect((channel.state == .open) == (channel.closing == nil))
        }
        let book = tracker.book
        #expect(book.gauge(ChannelsTracker.Family.locked, ["hub", "FAB"]) == held)
        var sum = U256.zero
        for (name, side) in [
            ("mine", "payer"), ("mine", "payee"), ("other", "payer"), ("other", "payee"),
        ] {
            let part = book.gauge(
                ChannelsTracker.Family.balance, ["hub", "FAB", name, side])
            sum = try #require(sum.adding(part ?? .zero))
        }
        #expect(sum == held)
        for state in [Channel.State.open, .closing, .disputed] {
            #expect(
                book.gauge(ChannelsTracker.Family.channels, ["hub", state.text])?.uint64
                    == UInt64(states[state] ?? 0))
        }
        let fresh = lab.recount().current.trackers[0].tracker as? ChannelsTracker
        #expect(tracker.closings == fresh?.closings)
    }
}
