// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMPrimitives

/// Decides what the accounts of the economy do next, from the state that they see.
struct EconomyPlanner {
    var random: SeedStream
    let number: UInt64
    let time: UInt64

    /// An account, by its index, and what it does.
    struct Plan {
        var sender: Int
        var call: EconomyCall
    }

    private static let models = ["llama-3-70b", "mixtral-8x22b", "qwen-2-72b", "tiny-llama"]
    private static let slashReasons = ["missed heartbeat", "invalid result", "double signing"]
    private static let failReasons = ["out of memory", "timeout", "model not loaded"]
    private static let voteReasons = ["", "", "for the network", "too expensive"]

    /// How often each kind of action is tried, in parts of the total.
    private static let weights: [(Kind, UInt64)] = [
        (.transfer, 18), (.ether, 12), (.register, 5), (.addStake, 6), (.unregister, 1),
        (.slash, 1), (.post, 17), (.claim, 18), (.finish, 16), (.cancelJob, 1), (.open, 5),
        (.topUp, 4), (.close, 4), (.settle, 4), (.propose, 1), (.vote, 9), (.decide, 4),
        (.supply, 1),
    ]

    private enum Kind {
        case transfer, ether, register, addStake, unregister, slash
        case post, claim, finish, cancelJob
        case open, topUp, close, settle
        case propose, vote, decide, supply
    }

    /// The next action. What is drawn but has no object now becomes a transfer of tokens.
    mutating func next(in world: WorldState) -> Plan {
        let total = Self.weights.reduce(0) { $0 + $1.1 }
        var draw = self.random.below(total)
        var kind = Kind.transfer
        for (candidate, weight) in Self.weights {
            if draw < weight {
                kind = candidate
                break
            }
            draw -= weight
        }
        return self.plan(kind, in: world) ?? self.transfer()
    }

    /// An action that its contract refuses.
    mutating func failing(in world: WorldState) -> Plan {
        let sender = self.anyone()
        switch self.random.below(4) {
        case 0: return Plan(sender: sender, call: .claimJob(world.market.nextJob &+ 1_000))
        case 1:
            let held = world.token.balance(of: SimulatedAccounts.addresses[sender])
            let more = held.adding(.tokens(1)) ?? .max
            return Plan(sender: sender, call: .burn(more))
        case 2:
            let node = SimulatedAccounts.addresses[self.anyone()]
            return Plan(
                sender: max(1, sender), call: .slash(node, .tokens(1), reason: "not the owner"))
        default:
            return Plan(sender: sender, call: .settleChannel(world.channels.nextChannel))
        }
    }

    // MARK: Plans

    private mutating func plan(_ kind: Kind, in world: WorldState) -> Plan? {
        switch kind {
        case .transfer: nil
        case .ether: self.ether()
        case .register: self.register(in: world)
        case .addStake, .unregister, .slash: self.stake(kind, in: world)
        case .post: self.post(in: world)
        case .claim, .finish, .cancelJob: self.job(kind, in: world)
        case .open: self.open(in: world)
        case .topUp, .close, .settle: self.channel(kind, in: world)
        case .propose: self.propose(in: world)
        case .vote: self.vote(in: world)
        case .decide: self.decide(in: world)
        case .supply: self.supply()
        }
    }

    private mutating func transfer() -> Plan {
        Plan(
            sender: self.anyone(),
            call: .transfer(
                to: SimulatedAccounts.addresses[self.anyone()], self.random.tokens(1, 120)))
    }

    private mutating func ether() -> Plan {
        let amount = U256(UInt128(self.random.within(1, 2_000)) &* 1_000_000_000_000_000)
        return Plan(
            sender: self.anyone(),
            call: .sendEther(to: SimulatedAccounts.addresses[self.anyone()], amount))
    }

    private mutating func supply() -> Plan {
        if self.random.chance(0.5) {
            let to = SimulatedAccounts.addresses[self.anyone()]
            return Plan(sender: 0, call: .mint(to: to, self.random.tokens(100, 2_000)))
        }
        return Plan(sender: self.anyone(), call: .burn(self.random.tokens(1, 50)))
    }

    private mutating func register(in world: WorldState) -> Plan? {
        let free = SimulatedAccounts.operators.filter {
            world.registry.stakes[SimulatedAccounts.addresses[$0]] == nil
        }
        guard let sender = self.random.pick(free) else { return nil }
        let minimum = world.registry.minimumStake
        let stake = minimum.adding(self.random.tokens(0, 4_000)) ?? minimum
        let peer = "12D3KooW" + Hex.encode(self.random.hash().bytes.prefix(18), prefix: false)
        return self.paying(
            sender, .nodeRegistry, stake, .register(peer: peer, stake: stake), in: world)
    }

    private mutating func stake(_ kind: Kind, in world: WorldState) -> Plan? {
        let staked = SimulatedAccounts.operators.filter {
            world.registry.stakes[SimulatedAccounts.addresses[$0]] != nil
        }
        guard let sender = self.random.pick(staked) else { return nil }
        let node = SimulatedAccounts.addresses[sender]
        switch kind {
        case .addStake:
            let amount = self.random.tokens(10, 900)
            return self.paying(sender, .nodeRegistry, amount, .addStake(amount), in: world)
        case .unregister:
            let isBusy = world.market.jobs.values.contains { $0.host == node }
            return staked.count > 3 && !isBusy ? Plan(sender: sender, call: .unregister) : nil
        default:
            let stake = world.registry.stakes[node] ?? .zero
            let parts = self.random.within(10, 40)
            let amount = stake.dividedBySmall(parts).quotient
            guard let reason = self.random.pick(Self.slashReasons) else { return nil }
            return Plan(sender: 0, call: .slash(node, amount, reason: reason))
        }
    }

    private mutating func post(in world: WorldState) -> Plan? {
        let sender = self.anyone()
        let payment = self.random.tokens(1, 80)
        guard let model = self.random.pick(Self.models) else { return nil }
        return self.paying(
            sender, .jobMarketplace, payment, .postJob(model: model, payment: payment), in: world)
    }

    private mutating func job(_ kind: Kind, in world: WorldState) -> Plan? {
        let jobs = world.market.jobs
        let isClaimed = kind == .finish
        let ids = jobs.keys.filter { (jobs[$0]?.host != nil) == isClaimed }.sorted()
        guard let id = self.random.pick(ids), let job = jobs[id] else { return nil }
        switch kind {
        case .claim:
            let hosts = SimulatedAccounts.operators.filter {
                world.registry.stakes[SimulatedAccounts.addresses[$0]] != nil
            }
            return self.random.pick(hosts).map { Plan(sender: $0, call: .claimJob(id)) }
        case .finish:
            guard let host = job.host.flatMap(Self.index) else { return nil }
            if self.random.chance(0.12), let reason = self.random.pick(Self.failReasons) {
                return Plan(sender: host, call: .failJob(id, reason: reason))
            }
            let result = Hex.encode(self.random.hash().bytes)
            return Plan(sender: host, call: .completeJob(id, result: result))
        default:
            guard self.number > job.postedIn &+ 8, let renter = Self.index(job.renter) else {
                return nil
            }
            return Plan(sender: renter, call: .cancelJob(id))
        }
    }

    private mutating func open(in world: WorldState) -> Plan? {
        let sender = self.anyone()
        let receiver = self.anyone()
        let deposit = self.random.tokens(20, 500)
        guard sender != receiver else { return nil }
        return self.paying(
            sender, .paymentChannels, deposit,
            .openChannel(to: SimulatedAccounts.addresses[receiver], deposit), in: world)
    }

    private mutating func channel(_ kind: Kind, in world: WorldState) -> Plan? {
        let channels = world.channels.channels
        let time = self.time
        let ids = channels.keys.filter { id in
            guard let closing = channels[id]?.closing else { return kind != .settle }
            return kind == .settle && closing.deadline <= time
        }.sorted()
        guard let id = self.random.pick(ids), let channel = channels[id],
            let sender = Self.index(channel.sender), let receiver = Self.index(channel.receiver)
        else { return nil }
        switch kind {
        case .topUp:
            let amount = self.random.tokens(5, 200)
            return self.paying(
                sender, .paymentChannels, amount, .topUpChannel(id, amount), in: world)
        case .close:
            // Some vouchers are worth nothing, some the whole deposit.
            let eighths = self.random.below(9)
            let voucher = channel.deposit.dividedBySmall(8).quotient.multiplied(by: U256(eighths))
            return Plan(
                sender: receiver,
                call: .closeChannel(
                    id, voucher: eighths == 8 ? channel.deposit : voucher ?? .zero))
        default:
            let settler = self.random.chance(0.5) ? sender : receiver
            return Plan(sender: settler, call: .settleChannel(id))
        }
    }

    private mutating func propose(in world: WorldState) -> Plan? {
        let index = world.governor.order.count + 1
        let minimum = self.random.chance(0.3) ? self.random.tokens(800, 1_500) : nil
        let grant = self.random.tokens(100, 5_000)
        let plan = ProposalPlan(
            grant: grant, minimumStake: minimum,
            description: "# Proposal \(index)\nGrant \(grant.scaledText(decimals: 18)) FAB")
        return Plan(sender: self.anyone(), call: .propose(plan))
    }

    private mutating func vote(in world: WorldState) -> Plan? {
        let ids = self.proposals(in: world, .active)
        guard let id = self.random.pick(ids), let proposal = world.governor.proposals[id] else {
            return nil
        }
        let free = SimulatedAccounts.addresses.indices.filter {
            !proposal.voters.contains(SimulatedAccounts.addresses[$0])
        }
        guard let sender = self.random.pick(free),
            let reason = self.random.pick(Self.voteReasons)
        else { return nil }
        let draw = self.random.below(10)
        let support: UInt64 = draw < 7 ? 1 : draw < 9 ? 0 : 2
        return Plan(sender: sender, call: .vote(id, support: support, reason: reason))
    }

    private mutating func decide(in world: WorldState) -> Plan? {
        let governor = world.governor
        if let id = self.proposals(in: world, .queued).first(where: { [time] in
            governor.proposals[$0]?.eta ?? .max <= time
        }) {
            return Plan(sender: self.anyone(), call: .executeProposal(id))
        }
        if let id = self.proposals(in: world, .succeeded).first {
            return Plan(sender: self.anyone(), call: .queueProposal(id))
        }
        guard self.random.chance(0.3), let id = self.proposals(in: world, .pending).first,
            let proposer = governor.proposals[id].flatMap({ Self.index($0.proposer) })
        else { return nil }
        return Plan(sender: proposer, call: .cancelProposal(id))
    }

    // MARK: Parts

    private func proposals(
        in world: WorldState, _ state: GovernorState.ProposalState
    ) -> [U256] {
        world.governor.order.suffix(16).filter {
            world.governor.proposals[$0]?.state(at: self.number) == state
        }
    }

    /// A call that takes tokens, or, where the sender has not allowed it yet, the permission; nil
    /// where the sender is too poor.
    private mutating func paying(
        _ sender: Int, _ contract: SimulatedContract, _ amount: U256, _ call: EconomyCall,
        in world: WorldState
    ) -> Plan? {
        let account = SimulatedAccounts.addresses[sender]
        guard world.token.balance(of: account) >= amount else { return nil }
        if world.token.allowance(account, contract.address) >= amount {
            return Plan(sender: sender, call: call)
        }
        let allowance = self.random.chance(0.5) ? U256.max : .tokens(5_000)
        return Plan(sender: sender, call: .approve(contract, allowance))
    }

    private mutating func anyone() -> Int {
        Int(self.random.below(UInt64(SimulatedAccounts.addresses.count)))
    }

    private static func index(_ address: Address) -> Int? {
        SimulatedAccounts.addresses.firstIndex(of: address)
    }
}
