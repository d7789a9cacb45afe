// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMABI
import EVMPrimitives
import Testing
import WeirTestSupport

@testable import Economy

/// Channels of contracts that are used, with their own events.
@Suite("Channels of known contracts")
struct ChannelFamiliesTests {
    static let alice = Address(words: 1, 0, 0)
    static let bob = Address(words: 2, 0, 0)
    static let carol = Address(words: 3, 0, 0)

    private static func lab(_ events: [String], _ yaml: String) throws -> TrackerLab {
        try TrackerLab(
            [LabContract("Net", 1, events)],
            "tokens: { T: { chain: lab, decimals: 0 } }\ntrackers:\n  channels:\n    net:\n"
                + yaml.split(separator: "\n").map { "      \($0)\n" }.joined())
    }

    private static func states(_ lab: TrackerLab) -> [Double?] {
        ["open", "closing", "disputed", "closed"].map { lab.value("channels", ["net", $0]) }
    }

    private static func balances(_ lab: TrackerLab) -> [Double?] {
        ["payer", "payee"].map { lab.value("channel_balance_tokens", ["net", "T", "", $0]) }
    }

    /// Raiden's TokenNetwork: deposits and withdrawals are told as sums.
    @Test func raiden() throws {
        var lab = try Self.lab(
            [
                "event ChannelOpened(uint256 indexed channel_identifier, address indexed "
                    + "participant1, address indexed participant2)",
                "event ChannelNewDeposit(uint256 indexed channel_identifier, address indexed "
                    + "participant, uint256 total_deposit)",
                "event ChannelWithdraw(uint256 indexed channel_identifier, address indexed "
                    + "participant, uint256 total_withdraw)",
                "event ChannelClosed(uint256 indexed channel_identifier, address indexed "
                    + "closing_participant, uint256 indexed nonce, bytes32 balance_hash)",
                "event NonClosingBalanceProofUpdated(uint256 indexed channel_identifier, address "
                    + "indexed closing_participant, uint256 indexed nonce, bytes32 balance_hash)",
                "event ChannelSettled(uint256 indexed channel_identifier, address participant1, "
                    + "uint256 participant1_amount, bytes32 participant1_locksroot, address "
                    + "participant2, uint256 participant2_amount, bytes32 participant2_locksroot)",
            ],
            """
            token: T
            challenge_period: 500s
            opened: { event: Net.ChannelOpened, channel: channel_identifier, payer: participant1, payee: participant2 }
            deposit: { event: Net.ChannelNewDeposit, channel: channel_identifier, party: participant, total: total_deposit }
            withdraw: { event: Net.ChannelWithdraw, channel: channel_identifier, party: participant, total: total_withdraw }
            closing: { event: Net.ChannelClosed, channel: channel_identifier, by: closing_participant, sequence: nonce }
            updated: { event: Net.NonClosingBalanceProofUpdated, channel: channel_identifier, signer: closing_participant, sequence: nonce }
            settled: { event: Net.ChannelSettled, channel: channel_identifier, to_payer: participant1_amount, to_payee: participant2_amount }
            """)
        let hash = ABIValue.bytes(Hash256.zero.bytes)
        try lab.commit([
            Emit("Net.ChannelOpened", [.uint(5), .address(Self.alice), .address(Self.bob)]),
            Emit("Net.ChannelNewDeposit", [.uint(5), .address(Self.alice), .uint(60)]),
            Emit("Net.ChannelNewDeposit", [.uint(5), .address(Self.alice), .uint(100)]),
            Emit("Net.ChannelNewDeposit", [.uint(5), .address(Self.bob), .uint(40)]),
            Emit("Net.ChannelWithdraw", [.uint(5), .address(Self.bob), .uint(10)]),
            Emit("Net.ChannelWithdraw", [.uint(5), .address(Self.bob), .uint(15)]),
        ])
        #expect(Self.balances(lab) == [100, 25])
        #expect(lab.value("channel_deposits_tokens_total", ["net", "T", "payer"]) == 100)
        #expect(lab.value("channel_withdrawals_tokens_total", ["net", "T", "payee"]) == 15)
        try lab.commit([
            Emit("Net.ChannelClosed", [.uint(5), .address(Self.alice), .uint(9), hash]),
            Emit(
                "Net.NonClosingBalanceProofUpdated",
                [.uint(5), .address(Self.alice), .uint(12), hash]),
        ])
        #expect(Self.states(lab) == [0, 0, 1, 0])
        let closed = Double(lab.nextTime.rawValue - 12)
        #expect(lab.value("channel_deadline_timestamp_seconds", ["net", ""]) == closed + 500)
        try lab.commit([
            Emit(
                "Net.ChannelSettled",
                [
                    .uint(5), .address(Self.alice), .uint(70), hash, .address(Self.bob), .uint(55),
                    hash,
                ])
        ])
        #expect(Self.states(lab) == [0, 0, 0, 1])
        #expect(lab.value("channel_settled_tokens_total", ["net", "T", "payee"]) == 55)
    }

    /// HOPR 2.0.0: a channel is the hash of its parties, and balances are told as they are.
    @Test func hopr() throws {
        var lab = try Self.lab(
            [
                "event ChannelOpened(address indexed source, address indexed destination)",
                "event ChannelBalanceIncreased(bytes32 indexed channelId, uint96 newBalance)",
                "event ChannelBalanceDecreased(bytes32 indexed channelId, uint96 newBalance)",
                "event OutgoingChannelClosureInitiated(bytes32 indexed channelId, "
                    + "uint32 closureTime)",
                "event ChannelClosed(bytes32 indexed channelId)",
                "event TicketRedeemed(bytes32 indexed channelId, uint48 newTicketIndex)",
            ],
            """
            token: T
            named_by: parties
            opened: { event: Net.ChannelOpened, payer: source, payee: destination }
            deposit: { event: Net.ChannelBalanceIncreased, channel: channelId, balance: newBalance }
            payment: { event: Net.ChannelBalanceDecreased, channel: channelId, balance: newBalance }
            updated: { event: Net.TicketRedeemed, channel: channelId, sequence: newTicketIndex }
            closing: { event: Net.OutgoingChannelClosureInitiated, channel: channelId, deadline: closureTime }
            settled: { event: Net.ChannelClosed, channel: channelId }
            """)
        let id = ABIValue.bytes(
            Keccak256.hash(Self.alice.bytes + Self.bob.bytes).bytes)
        try lab.commit([
            Emit("Net.ChannelOpened", [.address(Self.alice), .address(Self.bob)]),
            Emit("Net.ChannelBalanceIncreased", [id, .uint(50)]),
            Emit("Net.ChannelBalanceIncreased", [id, .uint(80)]),
            Emit("Net.ChannelBalanceDecreased", [id, .uint(73)]),
            Emit("Net.TicketRedeemed", [id, .uint(3)]),
        ])
        #expect(Self.balances(lab) == [73, 0])
        #expect(lab.value("channel_payments_tokens_total", ["net", "T"]) == 7)
        try lab.commit([
            Emit("Net.OutgoingChannelClosureInitiated", [id, .uint(2_000_000_000)])
        ])
        #expect(lab.value("channel_deadline_timestamp_seconds", ["net", ""]) == 2_000_000_000)
        try lab.commit([Emit("Net.ChannelClosed", [id])])
        #expect(lab.value("channel_settled_tokens_total", ["net", "T", "payer"]) == 73)
        // The same two may open it again.
        try lab.commit([
            Emit("Net.ChannelOpened", [.address(Self.alice), .address(Self.bob)]),
            Emit("Net.ChannelBalanceIncreased", [id, .uint(5)]),
        ])
        #expect(Self.states(lab) == [1, 0, 0, 1])
        #expect(Self.balances(lab) == [5, 0])
    }

    /// Livepeer's TicketBroker: a sender's deposit is the channel.
    @Test func livepeer() throws {
        var lab = try Self.lab(
            [
                "event DepositFunded(address indexed sender, uint256 amount)",
                "event ReserveFunded(address indexed reserveHolder, uint256 amount)",
                "event WinningTicketTransfer(address indexed sender, address indexed recipient, "
                    + "uint256 amount)",
                "event Unlock(address indexed sender, uint256 startRound, uint256 endRound)",
                "event UnlockCancelled(address indexed sender)",
                "event Withdrawal(address indexed sender, uint256 deposit, uint256 reserve)",
            ],
            """
            token: T
            amounts: relative
            opens_by_deposit: true
            deposit:
              - { event: Net.DepositFunded, channel: sender, payer: sender, amount: amount }
              - { event: Net.ReserveFunded, channel: reserveHolder, payer: reserveHolder, amount: amount }
            payment: { event: Net.WinningTicketTransfer, channel: sender, amount: amount }
            closing: { event: Net.Unlock, channel: sender }
            resumed: { event: Net.UnlockCancelled, channel: sender }
            settled: { event: Net.Withdrawal, channel: sender }
            """)
        let alice = ABIValue.address(Self.alice)
        try lab.commit([
            Emit("Net.DepositFunded", [alice, .uint(100)]),
            Emit("Net.ReserveFunded", [alice, .uint(50)]),
            Emit("Net.DepositFunded", [.address(Self.carol), .uint(1)]),
            Emit("Net.WinningTicketTransfer", [alice, .address(Self.bob), .uint(30)]),
            Emit("Net.WinningTicketTransfer", [alice, .address(Self.bob), .uint(20)]),
            Emit("Net.Unlock", [alice, .uint(1), .uint(9)]),
            Emit("Net.UnlockCancelled", [alice]),
        ])
        #expect(Self.states(lab) == [2, 0, 0, 0])
        #expect(Self.balances(lab) == [101, 0])
        #expect(lab.value("channel_payments_tokens_total", ["net", "T"]) == 50)
        try lab.commit([
            Emit("Net.Unlock", [alice, .uint(1), .uint(9)]),
            Emit("Net.Withdrawal", [alice, .uint(50), .uint(50)]),
        ])
        #expect(Self.states(lab) == [1, 0, 0, 1])
        #expect(lab.value("channel_settled_tokens_total", ["net", "T", "payer"]) == 100)
    }

    /// The Graph's escrow: three accounts name a channel, and a thawing is its closing.
    @Test func theGraph() throws {
        let three = "address indexed payer, address indexed collector, address indexed receiver"
        var lab = try Self.lab(
            [
                "event Deposit(\(three), uint256 tokens)",
                "event CancelThaw(\(three), uint256 tokensThawing, uint256 thawEndTimestamp)",
                "event Thaw(\(three), uint256 tokens, uint256 thawEndTimestamp)",
                "event Withdraw(\(three), uint256 tokens)",
                "event EscrowCollected(uint8 indexed paymentType, address indexed payer, address "
                    + "indexed collector, address receiver, uint256 tokens, "
                    + "address receiverDestination)",
            ],
            """
            token: T
            amounts: relative
            opens_by_deposit: true
            channels: { ours: ["\(Self.alice.lowercaseText)", "\(Self.bob.lowercaseText)", "\(Self.carol.lowercaseText)"] }
            deposit: { event: Net.Deposit, channel: payer, peer: receiver, via: collector, payer: payer, payee: receiver, amount: tokens }
            payment: { event: Net.EscrowCollected, channel: payer, peer: receiver, via: collector, amount: tokens }
            closing: { event: Net.Thaw, channel: payer, peer: receiver, via: collector, deadline: thawEndTimestamp }
            withdraw: { event: Net.Withdraw, channel: payer, peer: receiver, via: collector, amount: tokens }
            resumed:
              - { event: Net.CancelThaw, channel: payer, peer: receiver, via: collector }
              - { event: Net.Withdraw, channel: payer, peer: receiver, via: collector }
            """)
        let names = [
            ABIValue.address(Self.alice), .address(Self.carol), .address(Self.bob),
        ]
        try lab.commit([
            Emit("Net.Deposit", names + [.uint(100)]),
            Emit("Net.Deposit", [names[0], names[2], names[1], .uint(7)]),
            Emit(
                "Net.EscrowCollected",
                [.uint(0), names[0], names[1], names[2], .uint(30), names[2]]),
            Emit("Net.Thaw", names + [.uint(50), .uint(2_000_000_000)]),
        ])
        func ours(_ party: String) -> Double? {
            lab.value("channel_balance_tokens", ["net", "T", "ours", party])
        }
        #expect(ours("payer") == 70)
        #expect(lab.value("channel_balance_tokens", ["net", "T", "other", "payer"]) == 7)
        #expect(Self.states(lab) == [1, 1, 0, 0])
        #expect(
            lab.value("channel_deadline_timestamp_seconds", ["net", "ours"]) == 2_000_000_000)
        try lab.commit([Emit("Net.Withdraw", names + [.uint(50)])])
        #expect(ours("payer") == 20)
        #expect(Self.states(lab) == [2, 0, 0, 0])
    }

    /// The contracts of the demonstration: no payments between opening and closing.
    @Test func demo() throws {
        var lab = try Self.lab(
            [
                "event ChannelOpened(uint256 indexed channelId, address indexed sender, address "
                    + "indexed receiver, uint256 deposit)",
                "event ChannelToppedUp(uint256 indexed channelId, address indexed sender, "
                    + "uint256 amount)",
                "event ChannelClosing(uint256 indexed channelId, address indexed receiver, "
                    + "uint256 voucherAmount, uint256 deadline)",
                "event ChannelClosed(uint256 indexed channelId, uint256 paid, uint256 refunded)",
            ],
            """
            token: T
            opened: { event: Net.ChannelOpened, channel: channelId, payer: sender, payee: receiver, amount: deposit }
            deposit: { event: Net.ChannelToppedUp, channel: channelId, amount: amount }
            closing: { event: Net.ChannelClosing, channel: channelId, by: receiver, amount: voucherAmount, deadline: deadline }
            settled: { event: Net.ChannelClosed, channel: channelId, to_payer: refunded, to_payee: paid }
            """)
        try lab.commit([
            Emit(
                "Net.ChannelOpened",
                [.uint(1), .address(Self.alice), .address(Self.bob), .uint(9)]),
            Emit("Net.ChannelToppedUp", [.uint(1), .address(Self.alice), .uint(1)]),
            Emit("Net.ChannelClosing", [.uint(1), .address(Self.bob), .uint(4), .uint(99)]),
        ])
        #expect(Self.balances(lab) == [6, 4])
        try lab.commit([Emit("Net.ChannelClosed", [.uint(1), .uint(4), .uint(6)])])
        #expect(lab.value("channel_settled_tokens_total", ["net", "T", "payee"]) == 4)
        #expect(lab.observations("channel_settlement_amount_tokens", ["net", "T"]) == 1)
    }
}
