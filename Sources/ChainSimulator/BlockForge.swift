// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainProofs
import EVMABI
import EVMPrimitives
import EVMSignatures

/// Builds blocks: plans actions, runs them, signs them, and hashes all of it.
struct BlockForge {
    let parameters: SimulationParameters

    /// Twice what the wanted actions use, so that the base fee finds its place.
    private var gasLimit: UInt64 {
        max(400_000, UInt64(self.parameters.actionsPerBlock * 130_000))
    }

    /// Block 0.
    func genesis() throws(SimulationError) -> SimulatedBlock {
        var header = BlockHeader(
            number: .zero, hash: .zero, parentHash: .zero,
            timestamp: self.parameters.genesisTime)
        header.baseFeePerGas = .gwei(15)
        return try self.seal(header, BlockContents(), WorldState.genesis)
    }

    /// The block after `parent`. The branch tells blocks of the same parent apart.
    func next(
        after parent: BlockHeader, _ world: WorldState, branch: UInt64
    ) throws(SimulationError) -> SimulatedBlock {
        let number = parent.number.next
        var random = SeedStream(
            seed: self.parameters.seed, parent.hash.word0, parent.hash.word3, branch)
        var header = BlockHeader(
            number: number, hash: .zero, parentHash: parent.hash,
            timestamp: BlockTime(parent.timestamp.rawValue &+ self.parameters.blockTime))
        header.mixHash = random.hash()
        header.parentBeaconBlockRoot = random.hash()
        header.beneficiary = random.pick(SimulatedAccounts.proposers) ?? .zero
        header.baseFeePerGas = Self.baseFee(after: parent)
        var contents = BlockContents()
        var state = world
        var planner = EconomyPlanner(
            random: SeedStream(seed: random.next()), number: number.rawValue,
            time: header.timestamp.rawValue)
        if number.rawValue == 1 {
            let first = EconomyPlanner.Plan(sender: 0, call: .airdrop(.tokens(100_000)))
            try self.include(first, header, &state, &contents, &random)
        } else if !random.chance(self.parameters.emptyBlocks) {
            for _ in 0..<self.demand(at: header.baseFeePerGas ?? .zero, &random) {
                let plan =
                    random.chance(self.parameters.failures)
                    ? planner.failing(in: state) : planner.next(in: state)
                guard try self.include(plan, header, &state, &contents, &random) else { break }
            }
        }
        return try self.seal(header, contents, state)
    }

    /// How many actions there is demand for: the dearer gas is, the fewer.
    private func demand(at baseFee: U256, _ random: inout SeedStream) -> Int {
        let gwei = max(0.01, baseFee.scaledDouble(decimals: 9))
        let elasticity = min(4, max(0.25, 15 / gwei))
        let wanted = self.parameters.actionsPerBlock * elasticity
        // From nothing to twice as many, in the mean what is wanted.
        let draw = Double(random.below(1_001)) / 500
        return min(2_000, Int(wanted * draw + 0.5))
    }

    /// EIP-1559: up or down by an eighth at most, as the parent was over or under its target.
    static func baseFee(after parent: BlockHeader) -> U256 {
        let base = parent.baseFeePerGas ?? .gwei(1)
        let target = parent.gasLimit / 2
        guard target > 0, parent.gasUsed != target else { return base }
        let gap = parent.gasUsed > target ? parent.gasUsed - target : target - parent.gasUsed
        let product = base.multiplied(by: U256(gap)) ?? .max
        let delta = product.dividedBySmall(target).quotient.dividedBySmall(8).quotient
        if parent.gasUsed > target { return base.adding(max(delta, .one)) ?? base }
        return base.subtracting(delta) ?? .zero
    }

    // MARK: Transactions

    /// Runs and signs an action; false where it does not fit into the block any more.
    @discardableResult
    private func include(
        _ plan: EconomyPlanner.Plan, _ header: BlockHeader, _ state: inout WorldState,
        _ contents: inout BlockContents, _ random: inout SeedStream
    ) throws(SimulationError) -> Bool {
        guard SimulatedAccounts.keys.indices.contains(plan.sender) else { throw .accounts }
        let key = SimulatedAccounts.keys[plan.sender]
        var run = Execution(
            world: state, sender: key.address, number: header.number.rawValue,
            time: header.timestamp.rawValue, blockTime: self.parameters.blockTime)
        var succeeded = true
        do throws(CallReverted) {
            try plan.call.run(in: &run)
        } catch {
            succeeded = false
            run.world = state
            run.events = []
        }
        let input = try abi { () throws(ABIError) in try plan.call.input() }
        let logs = try Self.logs(of: run.events)
        let gas = Self.gas(plan.call, input, logs, succeeded: succeeded, &random)
        guard contents.gasUsed &+ gas <= self.gasLimit else { return false }

        let sender = run.world.accounts[key.address] ?? WorldState.Account()
        var transaction = Transaction(
            type: 0, nonce: sender.nonce,
            gasLimit: plan.call.codeGas == 0 ? gas : gas &+ gas / 5 &+ 5_000,
            to: plan.call.target, value: plan.call.value, input: input)
        transaction.chainID = U256(self.parameters.chainID.rawValue)
        let base = header.baseFeePerGas ?? .zero
        let price = Self.setPrice(of: &transaction, base: base, &random)
        guard let cost = price.multiplied(by: U256(gas)),
            let left = sender.balance.subtracting(cost)
        else { return true }
        let signed = try proof { [transaction] () throws(ProofError) in
            try TransactionCoding.sign(transaction, with: key)
        }
        run.world.accounts[key.address] = WorldState.Account(
            nonce: sender.nonce &+ 1, balance: left)
        let tip = price.subtracting(base)?.multiplied(by: U256(gas)) ?? .zero
        var proposer = run.world.accounts[header.beneficiary] ?? WorldState.Account()
        proposer.balance = proposer.balance.adding(tip) ?? .max
        run.world.accounts[header.beneficiary] = proposer
        for (event, log) in zip(run.events, logs) {
            run.world.storageDigests[event.contract.rawValue].absorb(log)
        }
        contents.add(
            signed, run.events, logs, gas: gas, price: price, succeeded: succeeded)
        state = run.world
        return true
    }

    private static func logs(
        of events: [SimulatedEvent]
    ) throws(SimulationError) -> [Receipt.Log] {
        var logs: [Receipt.Log] = []
        for event in events {
            logs.append(try abi { () throws(ABIError) in try event.log() })
        }
        return logs
    }

    /// What the transaction uses: 21,000, calldata (EIP-2028), logs (Yellow Paper, appendix G), and
    /// a plausible amount for the code.
    private static func gas(
        _ call: EconomyCall, _ input: [UInt8], _ logs: [Receipt.Log], succeeded: Bool,
        _ random: inout SeedStream
    ) -> UInt64 {
        guard call.codeGas > 0 else { return 21_000 }
        var gas: UInt64 = 21_000 &+ (succeeded ? call.codeGas : call.codeGas / 3)
        for byte in input { gas &+= byte == 0 ? 4 : 16 }
        for log in logs {
            gas &+= 375 &+ 375 &* UInt64(log.topics.count) &+ 8 &* UInt64(log.data.count)
        }
        return gas &+ random.below(3_000)
    }

    /// Chooses a type and its fee fields, and answers the effective price.
    private static func setPrice(
        of transaction: inout Transaction, base: U256, _ random: inout SeedStream
    ) -> U256 {
        // A tenth of a gwei to three gwei.
        let tip = U256(random.within(100, 3_000) &* 1_000_000)
        let price = base.adding(tip) ?? base
        switch random.below(10) {
        case 0...1: transaction.gasPrice = price
        case 2:
            transaction.type = 1
            transaction.gasPrice = price
            if let to = transaction.to {
                let slot = Hash256(U256(random.below(8)))
                transaction.accessList = [.init(address: to, storageKeys: [slot])]
            }
        default:
            transaction.type = 2
            transaction.maxPriorityFeePerGas = tip
            transaction.maxFeePerGas = base.multiplied(by: 2)?.adding(tip) ?? price
        }
        return price
    }

    // MARK: Sealing

    private func seal(
        _ draft: BlockHeader, _ contents: BlockContents, _ world: WorldState
    ) throws(SimulationError) -> SimulatedBlock {
        var header = draft
        header.ommersHash = BlockRoots.noOmmers
        header.withdrawalsRoot = BlockRoots.empty
        header.blobGasUsed = 0
        header.excessBlobGas = 0
        header.parentBeaconBlockRoot = draft.parentBeaconBlockRoot ?? .zero
        header.extraData = Array("weir simulator".utf8)
        header.gasLimit = self.gasLimit
        header.gasUsed = contents.gasUsed
        var items: [[UInt8]] = []
        for transaction in contents.transactions {
            items.append(
                try proof { () throws(ProofError) in try TransactionCoding.encode(transaction) })
        }
        header.transactionsRoot = OrderedTrie.root(of: items)
        header.receiptsRoot = BlockRoots.receiptsRoot(contents.receipts)
        for receipt in contents.receipts { header.logsBloom.formUnion(receipt.logsBloom) }
        header.stateRoot = try proof { () throws(ProofError) in try StateRoot.root(of: world) }
        let bytes = try proof { [header] () throws(ProofError) in
            try HeaderHash.encode(header)
        }
        header.hash = Keccak256.hash(bytes)
        return SimulatedBlock(
            header: header, transactions: contents.transactions, receipts: contents.receipts,
            events: contents.events, size: Self.size(bytes, contents.transactions, items),
            world: world)
    }

    /// The length of the RLP of the block: header, transactions, no ommers, no withdrawals.
    private static func size(
        _ header: [UInt8], _ transactions: [Transaction], _ items: [[UInt8]]
    ) -> UInt64 {
        var writer = RLPWriter(capacity: header.count &+ 1_024)
        let block = writer.beginList()
        writer.append(encoded: header)
        let list = writer.beginList()
        for (transaction, item) in zip(transactions, items) {
            if transaction.type == 0 {
                writer.append(encoded: item)
            } else {
                writer.append(item)
            }
        }
        writer.endList(list)
        writer.append(encoded: [0xc0, 0xc0])
        writer.endList(block)
        return UInt64(writer.bytes.count)
    }
}

/// What has been put into a block so far.
struct BlockContents {
    var transactions: [Transaction] = []
    var receipts: [Receipt] = []
    var events: [[SimulatedEvent]] = []
    var gasUsed: UInt64 = 0

    mutating func add(
        _ transaction: Transaction, _ events: [SimulatedEvent], _ logs: [Receipt.Log],
        gas: UInt64, price: U256, succeeded: Bool
    ) {
        self.gasUsed &+= gas
        var receipt = Receipt(
            type: transaction.type, transactionHash: transaction.hash,
            outcome: .status(succeeded), gasUsed: gas, cumulativeGasUsed: self.gasUsed, logs: logs)
        receipt.effectiveGasPrice = price
        self.transactions.append(transaction)
        self.receipts.append(receipt)
        self.events.append(events)
    }
}

func abi<Value>(
    _ body: () throws(ABIError) -> Value
) throws(SimulationError) -> Value {
    do throws(ABIError) { return try body() } catch { throw .abi(error) }
}

func proof<Value>(
    _ body: () throws(ProofError) -> Value
) throws(SimulationError) -> Value {
    do throws(ProofError) { return try body() } catch { throw .proof(error) }
}
