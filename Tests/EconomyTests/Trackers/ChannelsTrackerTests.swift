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

@Suite("ChannelsTracker")
struct ChannelsTrackerTests {
    typealias Lab = ChannelLab

    private static func states(_ lab: TrackerLab) -> [Double?] {
        ["open", "closing", "disputed", "closed"].map { lab.value("channels", ["hub", $0]) }
    }

    private static func balances(_ lab: TrackerLab) -> [Double?] {
        ["payer", "payee"].map { lab.value("channel_balance_tokens", ["hub", "FAB", "", $0]) }
    }

    @Test func aChannelLivesFromOpeningToSettlement() throws {
        var lab = try Lab.lab()
        #expect(Self.states(lab) == [0, 0, 0, 0])
        try lab.commit([Lab.opened(7, 100), Lab.toppedUp(7, 20)])
        try lab.commit([Lab.redeemed(7, 30, paid: 30, 1), Lab.redeemed(7, 35, paid: 5, 2)])
        #expect(Self.states(lab) == [1, 0, 0, 0])
        #expect(Self.balances(lab) == [85, 0])
        #expect(lab.value("channel_locked_tokens", ["hub", "FAB"]) == 85)
        #expect(lab.value("channel_deposits_tokens_total", ["hub", "FAB", "payer"]) == 120)
        #expect(lab.value("channel_payments_total", ["hub", "success"]) == 2)
        #expect(lab.value("channel_payments_tokens_total", ["hub", "FAB"]) == 35)
        #expect(lab.observations("channel_payment_amount_tokens", ["hub", "FAB"]) == 2)

        // What a closing promises is the payee's, though it has not left yet.
        try lab.commit([Lab.closing(7, 3, 50)])
        #expect(Self.states(lab) == [0, 1, 0, 0])
        #expect(Self.balances(lab) == [70, 15])
        let start = Double(lab.nextTime.rawValue - 12)
        #expect(lab.value("channel_deadline_timestamp_seconds", ["hub", ""]) == start + 100)
        try lab.commit([Lab.disputed(7, 4, 60)])
        #expect(Self.states(lab) == [0, 0, 1, 0])
        #expect(Self.balances(lab) == [60, 25])
        #expect(lab.value("channels_overdue", ["hub"]) == 0)
        lab.wait(200)
        try lab.commit([] as [Emit])
        #expect(lab.value("channels_overdue", ["hub"]) == 1)
        try lab.commit([Lab.closed(7, 60, 25)])
        #expect(Self.states(lab) == [0, 0, 0, 1])
        #expect(Self.balances(lab) == [0, 0])
        #expect(lab.value("channel_settled_tokens_total", ["hub", "FAB", "payer"]) == 60)
        #expect(lab.value("channel_settled_tokens_total", ["hub", "FAB", "payee"]) == 25)
        #expect(lab.value("channel_disputes_total", ["hub"]) == 1)
        #expect(lab.observations("channel_settlement_duration_seconds", ["hub"]) == 1)
        #expect(lab.observations("channel_lifetime_seconds", ["hub"]) == 1)
        #expect(lab.value("channel_deadline_timestamp_seconds", ["hub", ""]) == nil)
        let fact = try #require(lab.facts.last)
        #expect(fact.kind == "channel_change")
        #expect(fact.fields.first { $0.name == "to_payee" }?.value == "25")
        #expect(fact.fields.first { $0.name == "channel" }?.value == "7")

        lab.revert(1)
        #expect(Self.states(lab) == [0, 0, 1, 0])
        #expect(Self.balances(lab) == [60, 25])
        #expect(lab.value("channels_closed_reverted_total", ["hub"]) == 1)
    }

    @Test func gapsOfNumbersAreCounted() throws {
        var lab = try Lab.lab("channels: { mine: 7 }")
        try lab.commit([
            Lab.opened(7, 100), Lab.redeemed(7, 1, paid: 1, 1), Lab.redeemed(7, 2, paid: 1, 2),
            Lab.redeemed(7, 3, paid: 1, 5), Lab.redeemed(7, 4, paid: 1, 6),
            Lab.opened(8, 100), Lab.redeemed(8, 4, paid: 4, 2), Lab.failed(8),
        ])
        #expect(lab.value("channel_sequence_gaps_total", ["hub"]) == 2)
        #expect(lab.value("channel_sequence", ["hub", "mine"]) == 6)
        #expect(lab.value("channel_payments_total", ["hub", "failed"]) == 1)
        #expect(lab.value("channel_balance_tokens", ["hub", "FAB", "mine", "payer"]) == 96)
        #expect(lab.value("channel_balance_tokens", ["hub", "FAB", "other", "payer"]) == 96)
    }

    /// What cannot be changes nothing, and is counted with its reason.
    @Test(arguments: [
        ([Lab.redeemed(9, 1, paid: 1, 1)], SkipReason.unknownKey),
        ([Lab.closed(9, 1, 1)], .unknownKey),
        ([Lab.opened(7, 1)], .duplicate),
        ([Lab.redeemed(7, 101, paid: 101, 1)], .insufficient),
        ([Lab.taken(7, 101)], .insufficient),
        ([Lab.toppedUp(7, .max)], .overflow),
        ([Lab.redeemed(7, 5, paid: 5, 1), Lab.redeemed(7, 4, paid: 1, 2)], .outOfOrder),
        ([Lab.closing(7, 1, 1), Lab.closing(7, 2, 1)], .outOfOrder),
        ([Lab.closed(7, 100, 0), Lab.closing(7, 1, 1)], .outOfOrder),
        ([Lab.opened(8, .max)], .overflow),
    ])
    func whatCannotBeIsSkipped(events: [Emit], reason: SkipReason) throws {
        var lab = try Lab.lab()
        try lab.commit([Lab.opened(7, 100)])
        try lab.commit(events.dropLast())
        let before = lab.tracker(ChannelsTracker.self, "hub")
        try lab.commit([events[events.count - 1]])
        #expect(lab.skipped("channels", "hub", reason) == 1)
        let after = try #require(lab.tracker(ChannelsTracker.self, "hub"))
        #expect(before?.channels.values == after.channels.values)
        for other in SkipReason.allCases where other != reason {
            #expect(lab.skipped("channels", "hub", other) == 0)
        }
    }

    @Test func withdrawalsMayTakeWhatWasReceivedInside() throws {
        var lab = try Lab.lab()
        try lab.commit([
            Lab.opened(7, 100), Lab.toppedUp(7, 50, by: Lab.payee),
            Lab.taken(7, 70, by: Lab.payee),
        ])
        #expect(Self.balances(lab) == [80, 0])
        try lab.commit([Lab.taken(7, 10, by: Lab.payer)])
        #expect(Self.balances(lab) == [70, 0])
        #expect(lab.value("channel_withdrawals_tokens_total", ["hub", "FAB", "payee"]) == 70)
        #expect(lab.value("channel_deposits_tokens_total", ["hub", "FAB", "payee"]) == 50)
    }

    @Test func partiesHaveTheirNames() throws {
        var lab = try Lab.lab(
            """
            parties: [creator, executor]
                  accounts: { mine: "\(Lab.payee.lowercaseText)" }
            """)
        try lab.commit([Lab.opened(7, 100), Lab.closing(7, 1, 40)])
        #expect(lab.value("channel_balance_tokens", ["hub", "FAB", "", "creator"]) == 60)
        #expect(lab.value("channel_balance_tokens", ["hub", "FAB", "", "mine"]) == 40)
        #expect(lab.value("channel_balance_tokens", ["hub", "FAB", "", "executor"]) == 0)
    }

    @Test func endedChannelsAreForgottenInOrder() throws {
        var lab = try Lab.lab("ended_max: 2")
        try lab.commit((1...4).flatMap { [Lab.opened($0, 10), Lab.closed($0, 10, 0)] })
        var tracker = try #require(lab.tracker(ChannelsTracker.self, "hub"))
        #expect(Set(tracker.channels.values.keys) == [3, 4])
        #expect(tracker.ended.count == 2)
        // A name that is used again is not forgotten with its first life.
        try lab.commit([Lab.opened(3, 5), Lab.opened(5, 1), Lab.closed(5, 1, 0)])
        tracker = try #require(lab.tracker(ChannelsTracker.self, "hub"))
        #expect(Set(tracker.channels.values.keys) == [3, 4, 5])
        #expect(lab.value("channels", ["hub", "closed"]) == 5)
        #expect(lab.value("channels", ["hub", "open"]) == 1)
    }

    @Test func thereIsNoRoomForMoreThanWasSaid() throws {
        var lab = try Lab.lab("channels_max: 2\n      ended_max: 1")
        try lab.commit((1...4).map { Lab.opened($0, 1) })
        #expect(lab.value("channels", ["hub", "open"]) == 3)
        #expect(lab.skipped("channels", "hub", .full) == 1)
    }

    @Test func aClosingCanBeCalledOff() throws {
        var lab = try Lab.lab()
        try lab.commit([Lab.opened(7, 100), Lab.closing(7, 1, 10), Lab.resumed(7)])
        #expect(Self.states(lab) == [1, 0, 0, 0])
        try lab.commit([Lab.resumed(7), Lab.closing(7, 1, 10)])
        #expect(Self.states(lab) == [0, 1, 0, 0])
    }

    /// Channels of the made economy, after its three reorganisations.
    @Test(.enabled(if: Vectors.present, Vectors.absence))
    func economy1ReachesItsTruth() throws {
        var lab = try TrackerLab(
            Economy1.contracts(),
            """
            tokens: { FAB: { chain: lab, decimals: 18 } }
            trackers:
              channels:
                pay:
                  token: FAB
                  opened: { event: channel.ChannelOpened, channel: channelId, payer: payer, payee: payee, amount: deposit, period: challengePeriod }
                  deposit: { event: channel.ChannelToppedUp, channel: channelId, amount: amount }
                  payment: { event: channel.VoucherRedeemed, channel: channelId, amount: cumulativeAmount, paid: paid, sequence: nonce }
                  closing: { event: channel.ChannelClosing, channel: channelId, deadline: closableAt }
                  settled: { event: channel.ChannelClosed, channel: channelId, total: paidToPayee, to_payer: refundedToPayer }
            """)
        try Economy1.play(in: &lab)
        let truth = try Economy1.truth()
        let channels = try #require(truth["channels"] as? [String: [String: Any]])
        #expect(channels.count == 20)
        let tracker = try #require(lab.tracker(ChannelsTracker.self, "pay"))
        #expect(tracker.channels.count == channels.count)
        var locked = U256.zero
        for (id, expected) in channels {
            let key = try #require(Hash256(id)).word
            let channel = try #require(tracker.channels[key], "\(id)")
            #expect(channel.parties.payer?.lowercaseText == expected["payer"] as? String)
            #expect(channel.parties.payee?.lowercaseText == expected["payee"] as? String)
            #expect(channel.deposits.payer.description == expected["deposit"] as? String)
            #expect(channel.claimed.description == expected["claimed"] as? String)
            #expect(channel.claimed == channel.paid)
            #expect(channel.state.text == expected["state"] as? String)
            let deadline = channel.closing?.deadline?.rawValue ?? 0
            #expect(deadline == (expected["closable"] as? Int).map { UInt64($0) }, "\(id)")
            #expect(
                (channel.sequence ?? .zero).uint64 == (expected["nonce"] as? Int).map { UInt64($0) }
            )
            #expect(channel.payments == (expected["redeemed"] as? Int).map { UInt64($0) })
            guard channel.state != .closed else { continue }
            locked = try #require(locked.adding(channel.deposits.payer)?.subtracting(channel.paid))
        }
        // What the contract holds of the token.
        #expect(locked == U256("484278260960162314733"))
        func sum(_ family: ChannelsTracker.Family, _ labels: [String]) -> U256? {
            switch tracker.book.state(family, ["pay"] + labels) {
            case .gauge(let bits): bits
            case .sum(let sum): sum.low
            default: nil
            }
        }
        #expect(sum(.locked, ["FAB"]) == locked)
        #expect(sum(.balance, ["FAB", "", "payer"]) == locked)
        let deposits = sum(.deposits, ["FAB", "payer"])
        let out = try #require(sum(.paymentTokens, ["FAB"]))
        let refunds = try #require(sum(.settled, ["FAB", "payer"]))
        #expect(sum(.settled, ["FAB", "payee"]) == .zero)
        #expect(deposits == locked.adding(out)?.adding(refunds))
        #expect(lab.value("channels", ["pay", "open"]) == 5)
        #expect(lab.value("channels", ["pay", "closed"]) == 15)
        #expect(lab.value("channel_sequence_gaps_total", ["pay"]) == 0)
        #expect(lab.observations("channel_settlement_duration_seconds", ["pay"]) == 4)
        for reason in SkipReason.allCases {
            #expect(lab.skipped("channels", "pay", reason) == 0, "\(reason)")
        }
    }

    @Test(arguments: [
        (
            "opened: { event: Channels.Gone, channel: id, payer: from, payee: to }",
            "no event \"Gone\""
        ),
        ("opened: { event: Channels.Opened, payer: from, payee: to }", "missing key \"channel\""),
        ("opened: { event: Channels.Opened, channel: id }", "missing key \"payer\""),
        ("amounts: sometimes", "cumulative"),
        ("parties: [one]", "expected two names"),
        ("channels: { mine: nothing }", "expected a number, or 0x and hex digits"),
        ("deposit: { event: Channels.ToppedUp, channel: id }", "missing key \"amount\""),
        ("payment: { event: Channels.Redeemed, channel: id }", "missing key \"amount\""),
        (
            "payment: { event: Channels.Redeemed, channel: id, amount: sum }",
            "has no argument \"sum\""
        ),
        ("challenge_period: soon", "challenge_period"),
        ("channels_max: 0", "channels_max"),
        ("vouchers: [x.ndjson]", "it is not said how the vouchers are signed"),
        (
            "voucher: { type: \"V(uint256 id)\", domain: {}, fields: { channel: id } }",
            "have no order"
        ),
        ("", "missing key \"opened\""),
    ])
    func faultsAreNamed(line: String, message: String) throws {
        let isOpened = line.hasPrefix("opened") || line.isEmpty
        let faults = TrackerLab.faults(
            [try Lab.contract()],
            """
            tokens: { FAB: { chain: lab, decimals: 18 } }
            trackers:
              channels:
                hub:
                  token: FAB
                  \(isOpened ? "" : "opened: { event: Channels.Opened, channel: id, payer: from, payee: to }")
                  \(line)
            """)
        #expect(faults.contains(message), "\(faults)")
    }
}
