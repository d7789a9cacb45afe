// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMABI
import EVMPrimitives
import HashTreeCollections
import Testing
import WeirTestSupport

@testable import Economy

@Suite("StakingTracker")
struct StakingTrackerTests {
    static let alice = Address(words: 1, 0, 0)
    static let bob = Address(words: 2, 0, 0)
    static let carol = Address(words: 3, 0, 0)

    static func registry() throws -> LabContract {
        try LabContract(
            "Registry", 1,
            [
                "event Registered(address indexed node, uint256 stake, string metadata)",
                "event Added(address indexed node, uint256 amount, uint256 newStake)",
                "event Requested(address indexed node, uint256 amount, uint256 availableAt)",
                "event Withdrawn(address indexed node, uint256 amount)",
                "event Slashed(address indexed node, address indexed by, uint256 amount, "
                    + "string reason)",
                "event Left(address indexed node, uint256 returned)",
                "event Rewarded(address indexed node, uint256 amount)",
            ])
    }

    static let yaml = """
        tokens: { FAB: { chain: lab, decimals: 18 } }
        trackers:
          staking:
            nodes:
              token: FAB
              operators: { alice: "\(Self.alice.lowercaseText)" }
              stake:
                - { event: Registry.Registered, account: node, amount: stake }
                - { event: Registry.Added, account: node, amount: amount, total: newStake }
              unstake: { event: Registry.Requested, account: node, amount: amount, available_at: availableAt }
              withdraw: { event: Registry.Withdrawn, account: node }
              exit: { event: Registry.Left, account: node, amount: returned }
              slash: { event: Registry.Slashed, account: node, by: by, reason: reason }
              reward: { event: Registry.Rewarded, account: node }
        """

    static func tokens(_ whole: UInt64) -> ABIValue {
        .uint(U256(scaledText: String(whole), decimals: 18) ?? .max)
    }

    @Test func stakesAddUpByOperator() throws {
        var lab = try TrackerLab([Self.registry()], Self.yaml)
        #expect(lab.value("staked_tokens", ["nodes", "FAB", "alice"]) == 0)
        try lab.commit([
            Emit("Registry.Registered", [.address(Self.alice), Self.tokens(100), .text("a")]),
            Emit("Registry.Registered", [.address(Self.bob), Self.tokens(7), .text("b")]),
            Emit("Registry.Registered", [.address(Self.carol), Self.tokens(5), .text("c")]),
        ])
        try lab.commit([
            Emit(
                "Registry.Added", [.address(Self.alice), Self.tokens(1), Self.tokens(101)])
        ])
        #expect(lab.value("staked_tokens", ["nodes", "FAB", "alice"]) == 101)
        #expect(lab.value("staked_tokens", ["nodes", "FAB", "other"]) == 12)
        #expect(lab.value("stakers", ["nodes"]) == 3)
        #expect(
            lab.value("stake_started_timestamp_seconds", ["nodes", "alice"]) == 1_700_000_012)
        lab.revert(1)
        #expect(lab.value("staked_tokens", ["nodes", "FAB", "alice"]) == 100)
    }

    @Test func slashTakesFromStakeThenFromWhatIsOnItsWayOut() throws {
        var lab = try TrackerLab([Self.registry()], Self.yaml)
        try lab.commit([
            Emit("Registry.Registered", [.address(Self.bob), Self.tokens(10), .text("b")]),
            Emit("Registry.Requested", [.address(Self.bob), Self.tokens(4), .uint(9)]),
            Emit(
                "Registry.Slashed",
                [.address(Self.bob), .address(Self.carol), Self.tokens(8), .text("late")]),
        ])
        #expect(lab.value("staked_tokens", ["nodes", "FAB", "other"]) == 0)
        #expect(lab.value("unbonding_tokens", ["nodes", "FAB"]) == 2)
        #expect(lab.value("slashed_tokens_total", ["nodes", "FAB", "other"]) == 8)
        #expect(lab.observations("stake_duration_seconds", ["nodes"]) == 1)
        let slash = try #require(lab.facts.last)
        #expect(slash.kind == "stake_change")
        #expect(slash.fields.first { $0.name == "reason" }?.value == "late")
        // More than there is changes nothing.
        try lab.commit([
            Emit(
                "Registry.Slashed",
                [.address(Self.bob), .address(Self.carol), Self.tokens(3), .text("")])
        ])
        #expect(lab.value("unbonding_tokens", ["nodes", "FAB"]) == 2)
        #expect(lab.skipped("staking", "nodes", .insufficient) == 1)
    }

    @Test func eventsOfUnknownAccountsAreSkippedWithTheirReason() throws {
        var lab = try TrackerLab([Self.registry()], Self.yaml)
        try lab.commit([
            Emit("Registry.Withdrawn", [.address(Self.bob), Self.tokens(1)]),
            Emit("Registry.Left", [.address(Self.bob), Self.tokens(1)]),
            Emit("Registry.Registered", [.address(Self.bob), .uint(.max), .text("")]),
            Emit("Registry.Registered", [.address(Self.carol), .uint(1), .text("")]),
        ])
        #expect(lab.skipped("staking", "nodes", .unknownKey) == 2)
        #expect(lab.skipped("staking", "nodes", .overflow) == 1)
        #expect(lab.value("stakers", ["nodes"]) == 1)
        lab.revert(1)
        #expect(lab.value("tracker_skipped_reverted_total", ["staking", "nodes", "overflow"]) == 1)
    }

    /// The stakes of the made economy, after its three reorganisations, and its rewards pool, which is
    /// a contract of the Synthetix family.
    @Test(.enabled(if: Vectors.present, Vectors.absence))
    func economy1ReachesItsTruth() throws {
        var lab = try TrackerLab(
            Economy1.contracts(),
            """
            tokens: { FAB: { chain: lab, decimals: 18 } }
            trackers:
              staking:
                nodes:
                  token: FAB
                  stake:
                    - { event: registry.NodeRegistered, account: node, amount: stake }
                    - { event: registry.StakeAdded, account: node, total: newStake }
                  unstake: { event: registry.UnstakeRequested, account: node, available_at: availableAt }
                  withdraw: { event: registry.StakeWithdrawn, account: node }
                  exit: { event: registry.NodeUnregistered, account: node, amount: returnedStake }
                  slash: { event: registry.NodeSlashed, account: node, total: newStake, by: slasher, reason: reason }
                pool:
                  token: FAB
                  stake: { event: pool.Staked, account: user }
                  unstake: { event: pool.Withdrawn, account: user }
                  reward: { event: pool.RewardPaid, account: user, amount: reward }
                  funding: { event: pool.RewardAdded, amount: reward }
            """)
        try Economy1.play(in: &lab)
        let truth = try Economy1.truth()
        let staking = try #require(truth["staking"] as? [String: Any])
        let nodes = try #require(staking["nodes"] as? [String: [String: Any]])
        let tracker = try #require(lab.tracker(StakingTracker.self, "nodes"))
        for (text, node) in nodes {
            let stake = tracker.accounts[try #require(Address(text))] ?? .init()
            #expect(stake.amount.description == node["stake"] as? String, "\(text)")
            #expect(stake.pending.description == node["pending"] as? String, "\(text)")
        }
        func sum(_ tracker: StakingTracker, _ family: StakingTracker.Family) -> String? {
            switch tracker.book.state(family, [tracker.name, "FAB", ""]) {
            case .gauge(let bits): bits.description
            case .sum(let sum): sum.low.description
            default: nil
            }
        }
        #expect(sum(tracker, .staked) == staking["totalStaked"] as? String)
        #expect(sum(tracker, .slashed) == staking["totalSlashed"] as? String)

        let pool = try #require(truth["rewardsPool"] as? [String: Any])
        let staked = try #require(pool["staked"] as? [String: String])
        let other = try #require(lab.tracker(StakingTracker.self, "pool"))
        for (text, amount) in staked {
            let account = try #require(Address(text))
            #expect((other.accounts[account]?.amount ?? .zero).description == amount)
        }
        #expect(sum(other, .staked) == pool["totalStaked"] as? String)
        #expect(sum(other, .rewards) == pool["paid"] as? String)
        for name in ["nodes", "pool"] {
            for reason in SkipReason.allCases {
                #expect(lab.skipped("staking", name, reason) == 0, "\(name) \(reason)")
            }
        }
        #expect(lab.outcomes.contains { !$0.reverted.isEmpty })
    }

    @Test(arguments: 0..<24)
    func anyChainFoldsToWhatItsCanonicalBlocksSay(seed: UInt64) throws {
        let lab = try TrackerLab([Self.registry()], Self.yaml)
        let accounts = [Self.alice, Self.bob, Self.carol]
        try TrackerWalk.run(lab, seed: seed) { random in
            (0..<Int.random(in: 0...4, using: &random)).map { _ in
                let who = ABIValue.address(accounts.randomElement(using: &random)!)
                let amount = ABIValue.uint(U256(UInt64.random(in: 0...50, using: &random)))
                switch Int.random(in: 0..<7, using: &random) {
                case 0: return Emit("Registry.Registered", [who, amount, .text("")])
                case 1: return Emit("Registry.Added", [who, amount, amount])
                case 2: return Emit("Registry.Requested", [who, amount, .uint(7)])
                case 3: return Emit("Registry.Withdrawn", [who, amount])
                case 4:
                    return Emit(
                        "Registry.Slashed", [who, .address(Self.carol), amount, .text("x")])
                case 5: return Emit("Registry.Left", [who, amount])
                default: return Emit("Registry.Rewarded", [who, amount])
                }
            }
        } check: { lab in
            let tracker = try #require(lab.tracker(StakingTracker.self, "nodes"))
            var sums = (stake: U256.zero, pending: U256.zero, count: 0)
            for stake in tracker.accounts.values.values {
                sums.stake = sums.stake.adding(stake.amount)!
                sums.pending = sums.pending.adding(stake.pending)!
                sums.count += stake.amount.isZero ? 0 : 1
            }
            let shown = ["alice", "other"].reduce(U256.zero) { sum, label in
                sum.adding(
                    tracker.book.gauge(
                        StakingTracker.Family.staked, ["nodes", "FAB", label]) ?? .zero)!
            }
            #expect(shown == sums.stake)
            #expect(
                tracker.book.gauge(StakingTracker.Family.unbonding, ["nodes", "FAB"])
                    == sums.pending)
            #expect(lab.value("stakers", ["nodes"]) == Double(sums.count))
        }
    }

    @Test(arguments: [
        ("stake: { event: Registry.Gone, account: node, amount: stake }", "no event \"Gone\""),
        (
            "stake: { event: Registry.Registered, account: nodes, amount: stake }",
            "Registered has no argument \"nodes\""
        ),
        (
            "stake: { event: Registry.Registered, account: node, amount: metadata }",
            "is string, and amount needs an integer"
        ),
        ("stake: { event: Registry.Registered, amount: stake }", "missing key \"account\""),
        ("slash: { event: Registry.Slashed, account: node }", "missing key \"stake\""),
        (
            "stake: { event: Registry.Registered, account: node, amount: stake, color: red }",
            "color"
        ),
    ])
    func faultsAreNamed(line: String, message: String) throws {
        let faults = TrackerLab.faults(
            [try Self.registry()],
            """
            tokens: { FAB: { chain: lab, decimals: 18 } }
            trackers:
              staking:
                nodes:
                  token: FAB
                  \(line)
            """)
        #expect(faults.contains(message), "\(faults)")
    }
}
