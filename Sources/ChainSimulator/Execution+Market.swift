// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMABI
import EVMPrimitives

// The registry, the market, the scores and the channels.

extension Execution {
    // MARK: Registry

    mutating func register(peer: String, stake: U256) throws(CallReverted) {
        let registry = self.world.registry
        try require(registry.stakes[self.sender] == nil, "Already registered")
        try require(stake >= registry.minimumStake, "Insufficient stake")
        try self.take(stake, into: .nodeRegistry)
        self.world.registry.stakes[self.sender] = stake
        self.world.registry.totalStaked = try sum(registry.totalStaked, stake)
        self.emit(
            .nodeRegistry, EconomyEvents.nodeRegistered, .address(self.sender), .text(peer),
            .uint(stake))
        if self.world.reputation[self.sender] == nil { try self.rate(self.sender, 100) }
    }

    mutating func addStake(_ amount: U256) throws(CallReverted) {
        guard let stake = self.world.registry.stakes[self.sender] else {
            throw CallReverted("Not registered")
        }
        try self.take(amount, into: .nodeRegistry)
        self.world.registry.stakes[self.sender] = try sum(stake, amount)
        self.world.registry.totalStaked = try sum(self.world.registry.totalStaked, amount)
        self.emit(
            .nodeRegistry, EconomyEvents.stakeAdded, .address(self.sender), .uint(amount))
    }

    mutating func unregister() throws(CallReverted) {
        guard let stake = self.world.registry.stakes[self.sender] else {
            throw CallReverted("Not registered")
        }
        self.world.registry.stakes[self.sender] = nil
        self.world.registry.totalStaked = try difference(self.world.registry.totalStaked, stake)
        try self.transfer(
            from: SimulatedContract.nodeRegistry.address, to: self.sender, stake)
        self.emit(
            .nodeRegistry, EconomyEvents.nodeUnregistered, .address(self.sender), .uint(stake))
    }

    /// The owner takes a part of a stake, which is burnt.
    mutating func slash(
        _ node: Address, _ amount: U256, reason: String
    ) throws(CallReverted) {
        try self.requireOwner()
        guard let stake = self.world.registry.stakes[node] else {
            throw CallReverted("Not registered")
        }
        try require(amount <= stake, "Amount exceeds stake")
        self.world.registry.stakes[node] = try difference(stake, amount)
        self.world.registry.totalStaked = try difference(self.world.registry.totalStaked, amount)
        try self.burn(from: SimulatedContract.nodeRegistry.address, amount)
        self.emit(
            .nodeRegistry, EconomyEvents.nodeSlashed, .address(node), .uint(amount),
            .text(reason))
        try self.rate(node, -50)
    }

    // MARK: Market

    mutating func postJob(model: String, payment: U256) throws(CallReverted) {
        try require(!payment.isZero, "No payment")
        try self.take(payment, into: .jobMarketplace)
        let id = self.world.market.nextJob
        self.world.market.nextJob += 1
        self.world.market.jobs[id] = MarketState.Job(
            renter: self.sender, payment: payment, postedIn: self.number)
        self.world.market.escrowed = try sum(self.world.market.escrowed, payment)
        self.emit(
            .jobMarketplace, EconomyEvents.jobPosted, .uint(U256(id)), .address(self.sender),
            .text(model), .uint(payment))
    }

    mutating func claimJob(_ id: UInt64) throws(CallReverted) {
        guard let job = self.world.market.jobs[id] else { throw CallReverted("No such job") }
        try require(job.host == nil, "Job already claimed")
        try require(self.world.registry.stakes[self.sender] != nil, "Not a registered host")
        self.world.market.jobs[id]?.host = self.sender
        self.emit(
            .jobMarketplace, EconomyEvents.jobClaimed, .uint(U256(id)), .address(self.sender))
    }

    mutating func completeJob(_ id: UInt64, result: String) throws(CallReverted) {
        let job = try self.claimedJob(id)
        self.emit(
            .jobMarketplace, EconomyEvents.jobCompleted, .uint(U256(id)), .address(self.sender),
            .text(result))
        try self.pay(id, job, to: self.sender, EconomyEvents.paymentReleased)
        try self.rate(self.sender, 10)
    }

    mutating func failJob(_ id: UInt64, reason: String) throws(CallReverted) {
        let job = try self.claimedJob(id)
        self.emit(
            .jobMarketplace, EconomyEvents.jobFailed, .uint(U256(id)), .address(self.sender),
            .text(reason))
        try self.pay(id, job, to: job.renter, EconomyEvents.paymentRefunded)
        try self.rate(self.sender, -25)
    }

    /// The renter takes back a job that nobody claimed.
    mutating func cancelJob(_ id: UInt64) throws(CallReverted) {
        guard let job = self.world.market.jobs[id] else { throw CallReverted("No such job") }
        try require(job.host == nil, "Job already claimed")
        try require(job.renter == self.sender, "Only the renter")
        try self.pay(id, job, to: job.renter, EconomyEvents.paymentRefunded)
    }

    private func claimedJob(_ id: UInt64) throws(CallReverted) -> MarketState.Job {
        guard let job = self.world.market.jobs[id] else { throw CallReverted("No such job") }
        try require(job.host == self.sender, "Only the host")
        return job
    }

    /// The escrow of a job goes to its host or back to its renter; the job is forgotten.
    private mutating func pay(
        _ id: UInt64, _ job: MarketState.Job, to payee: Address, _ event: ABIEvent
    ) throws(CallReverted) {
        self.world.market.jobs[id] = nil
        self.world.market.escrowed = try difference(self.world.market.escrowed, job.payment)
        try self.transfer(
            from: SimulatedContract.jobMarketplace.address, to: payee, job.payment)
        self.emit(
            .jobMarketplace, event, .uint(U256(id)), .address(payee), .uint(job.payment))
    }

    // MARK: Reputation

    /// Changes a score, which never falls below zero: the event states the change that was made.
    mutating func rate(_ host: Address, _ change: Int64) throws(CallReverted) {
        let score = self.world.reputation[host] ?? .zero
        let new: U256
        if change < 0 {
            new = score.subtracting(U256(change.magnitude)) ?? .zero
        } else {
            new = try sum(score, U256(change.magnitude))
        }
        let made = I256(bits: new.subtractingReportingOverflow(score).partialValue)
        self.world.reputation[host] = new
        self.emit(
            .reputation, EconomyEvents.reputationUpdated, .address(host), .int(made), .uint(new))
    }

    // MARK: Channels

    mutating func openChannel(to receiver: Address, _ deposit: U256) throws(CallReverted) {
        try require(receiver != self.sender, "Own channel")
        try self.take(deposit, into: .paymentChannels)
        let id = self.world.channels.nextChannel
        self.world.channels.nextChannel += 1
        self.world.channels.channels[id] = ChannelsState.Channel(
            sender: self.sender, receiver: receiver, deposit: deposit)
        self.world.channels.totalDeposits = try sum(self.world.channels.totalDeposits, deposit)
        self.emit(
            .paymentChannels, EconomyEvents.channelOpened, .uint(U256(id)),
            .address(self.sender), .address(receiver), .uint(deposit))
    }

    mutating func topUpChannel(_ id: UInt64, _ amount: U256) throws(CallReverted) {
        guard let channel = self.world.channels.channels[id] else {
            throw CallReverted("No such channel")
        }
        try require(channel.sender == self.sender, "Only the sender")
        try require(channel.closing == nil, "Channel is closing")
        try self.take(amount, into: .paymentChannels)
        self.world.channels.channels[id]?.deposit = try sum(channel.deposit, amount)
        self.world.channels.totalDeposits = try sum(self.world.channels.totalDeposits, amount)
        self.emit(
            .paymentChannels, EconomyEvents.channelToppedUp, .uint(U256(id)),
            .address(self.sender), .uint(amount))
    }

    mutating func closeChannel(_ id: UInt64, voucher: U256) throws(CallReverted) {
        guard let channel = self.world.channels.channels[id] else {
            throw CallReverted("No such channel")
        }
        try require(channel.receiver == self.sender, "Only the receiver")
        try require(channel.closing == nil, "Channel is closing")
        try require(voucher <= channel.deposit, "Voucher exceeds deposit")
        let deadline = self.time &+ 8 &* self.blockTime
        self.world.channels.channels[id]?.closing = ChannelsState.Closing(
            voucher: voucher, deadline: deadline)
        self.emit(
            .paymentChannels, EconomyEvents.channelClosing, .uint(U256(id)),
            .address(self.sender), .uint(voucher), .uint(U256(deadline)))
    }

    mutating func settleChannel(_ id: UInt64) throws(CallReverted) {
        guard let channel = self.world.channels.channels[id], let closing = channel.closing else {
            throw CallReverted("Channel is not closing")
        }
        try require(self.time >= closing.deadline, "Deadline not reached")
        let refund = try difference(channel.deposit, closing.voucher)
        self.world.channels.channels[id] = nil
        self.world.channels.totalDeposits = try difference(
            self.world.channels.totalDeposits, channel.deposit)
        let contract = SimulatedContract.paymentChannels.address
        if !closing.voucher.isZero {
            try self.transfer(from: contract, to: channel.receiver, closing.voucher)
        }
        if !refund.isZero { try self.transfer(from: contract, to: channel.sender, refund) }
        self.emit(
            .paymentChannels, EconomyEvents.channelClosed, .uint(U256(id)),
            .uint(closing.voucher), .uint(refund))
    }
}
