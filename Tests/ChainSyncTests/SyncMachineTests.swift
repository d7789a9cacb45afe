// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import Testing
import WeirTestSupport

@testable import ChainSync

/// Drives a machine over a forking chain with seeded delays, failures, lag and restarts, and keeps
/// what was delivered. The oracle: what was delivered and not taken back is the canonical chain.
private struct Drive {
    var machine: SyncMachine
    var chain: ForkingChain
    var random: SeededRandom
    var now: SyncInstant = 0
    var open: [SyncRequest] = []
    var wakeAt: SyncInstant?
    /// What a store would hold.
    var settled: BlockAnchor?
    var window: [BlockAnchor] = []
    var logs: [(BlockNumber, Hash256)] = []
    var reverts = 0
    var halted: SyncHalt?
    var finalityDepth: UInt64
    var spanMax: UInt64
    var requests = 0
    var finishes = 0
    let configuration: SyncConfiguration

    init(
        seed: UInt64, configuration: SyncConfiguration, chain: ForkingChain, depth: UInt64,
        spanMax: UInt64
    ) {
        self.random = SeededRandom(seed: seed)
        self.chain = chain
        self.finalityDepth = depth
        self.spanMax = spanMax
        self.configuration = configuration
        self.machine = SyncMachine(
            configuration: configuration, filter: LogFilter(addresses: [ForkingChain.contract]),
            chain: nil, seed: seed)
        self.run(self.machine.handle(.start, at: 0))
    }

    mutating func run(_ actions: [SyncAction]) {
        for action in actions {
            switch action {
            case .request(let request): self.open.append(request); self.requests += 1
            case .wake(let at): self.wakeAt = min(at, self.wakeAt ?? at)
            case .notice: break
            case .finished: self.finishes += 1
            case .halt(let reason): self.halted = reason
            case .deliver(let step): self.store(step)
            }
        }
    }

    mutating func store(_ step: ChainNotification) {
        switch step {
        case .placed(let anchor):
            #expect(self.settled == nil)
            self.settled = anchor
        case .caughtUp(let page):
            #expect(self.window.isEmpty)
            #expect(page.first == self.settled?.number.next, "no gap, no overlap")
            self.settled = page.last
            self.logs += page.logs.entries.map { ($0.blockNumber, $0.blockHash) }
        case .committed(let block):
            let tip = self.window.last ?? self.settled
            #expect(block.header.parentHash == tip?.hash)
            self.window.append(block.header.anchor)
            self.logs += block.logs.entries.map { ($0.blockNumber, $0.blockHash) }
        case .reverted(let ref, let depth):
            self.reverts += 1
            self.window.removeLast(depth)
            #expect((self.window.last ?? self.settled)?.ref == ref)
            self.logs.removeAll { $0.0 > ref.number }
        case .finalized(let anchor):
            let count = self.window.prefix { $0.number <= anchor.number }.count
            #expect(self.window[count - 1] == anchor)
            self.window.removeFirst(count)
            self.settled = anchor
        }
    }

    /// One step: an answer to a random open request, or time goes on.
    mutating func step(faults: Int, lag: UInt64) {
        self.now += UInt64.random(in: 1...50, using: &self.random)
        guard !self.open.isEmpty else {
            if let at = self.wakeAt {
                self.now = max(self.now, at)
                self.wakeAt = nil
                self.run(self.machine.handle(.wake, at: self.now))
            }
            return
        }
        let index = Int.random(in: 0..<self.open.count, using: &self.random)
        let request = self.open.remove(at: index)
        var answer: SyncAnswer
        if Int.random(in: 0..<100, using: &self.random) < faults {
            answer = .failed(
                [.retry(after: nil), .retry(after: 700), .behind].randomElement(using: &self.random)
                    ?? .behind)
        } else {
            let limit = self.chain.head.number.lowered(
                by: UInt64.random(in: 0...lag, using: &self.random))
            answer = self.chain.answer(
                request.kind, finalized: self.finalityDepth, headLimit: limit, spanMax: self.spanMax
            )
        }
        self.run(self.machine.handle(.answer(request.id, answer), at: self.now))
        // A duplicated late answer must change nothing.
        if Int.random(in: 0..<20, using: &self.random) == 0 {
            self.run(self.machine.handle(.answer(request.id, .failed(.behind)), at: self.now))
        }
    }

    /// The process dies and comes back with what the store holds.
    mutating func restart() {
        guard let settled = self.settled else { return }
        self.open = []
        self.wakeAt = nil
        let chain = CanonicalChain(settled: settled, window: self.window)
        #expect(chain != nil, "the stored anchors link")
        self.machine = SyncMachine(
            configuration: self.configuration,
            filter: LogFilter(addresses: [ForkingChain.contract]), chain: chain,
            limit: self.machine.limit, seed: self.random.next())
        self.run(self.machine.handle(.start, at: self.now))
    }

    /// Runs without faults until the machine has read up to the head and waits.
    mutating func settleDown(maxSteps: Int = 3_000) {
        for _ in 0..<maxSteps where self.halted == nil {
            if self.machine.chain?.tip.hash == self.chain.head.hash, self.open.isEmpty { return }
            self.step(faults: 0, lag: 0)
        }
    }
}

@Suite struct SyncMachineTests {
    @Test(arguments: 0..<150)
    func deliveredStateEqualsTheCanonicalChain(seed: UInt64) {
        var random = SeededRandom(seed: seed &* 977)
        var chain = ForkingChain()
        for _ in 0..<Int.random(in: 0...400, using: &random) {
            chain.grow(logCount: Int.random(in: 0...2, using: &random))
        }
        let depth = UInt64.random(in: 4...40, using: &random)
        let start = BlockNumber(UInt64.random(in: 0...450, using: &random))
        var configuration = SyncConfiguration(
            finality: [.tag(.finalized), .depth(depth)].randomElement(using: &random)
                ?? .depth(depth),
            start: start)
        configuration.concurrency = Int.random(in: 1...5, using: &random)
        configuration.firstSpan = UInt64.random(in: 1...60, using: &random)
        configuration.headersPerRequest = UInt64.random(in: 1...30, using: &random)
        configuration.blocksPerRequest = Int.random(in: 1...8, using: &random)
        configuration.logsPerPageTarget = Int.random(in: 2...50, using: &random)
        var drive = Drive(
            seed: seed, configuration: configuration, chain: chain, depth: depth,
            spanMax: UInt64.random(in: 1...80, using: &random))
        var floor = BlockNumber.zero
        for _ in 0..<1_500 where drive.halted == nil {
            floor = max(floor, drive.chain.head.number.lowered(by: depth))
            drive.step(faults: 10, lag: 3)
            switch Int.random(in: 0..<40, using: &random) {
            case 0...5: drive.chain.grow(logCount: Int.random(in: 0...2, using: &random))
            case 6:
                // Never below what any node called final.
                let room = Int(drive.chain.head.number.distance(above: floor))
                let count = min(room, Int.random(in: 1...6, using: &random))
                if count > 0 {
                    drive.chain.drop(count)
                    for _ in 0..<(count + 1) { drive.chain.grow(logCount: 1) }
                }
            case 7: if Int.random(in: 0..<10, using: &random) == 0 { drive.restart() }
            default: break
            }
        }
        drive.settleDown()
        #expect(drive.halted == nil, "seed \(seed): \(String(describing: drive.halted))")
        #expect(
            drive.machine.chain?.tip.hash == drive.chain.head.hash, "seed \(seed): reached the head"
        )
        #expect(
            drive.logs.map(\.1) == drive.chain.truth(from: start, to: drive.chain.head.number),
            "seed \(seed): logs delivered")
    }

    @Test func everyDepthOfReorgIsUndoneExactly() {
        for depth in 1...12 {
            var chain = ForkingChain()
            for _ in 0..<30 { chain.grow(logCount: 1) }
            var drive = Drive(
                seed: UInt64(depth), configuration: SyncConfiguration(start: BlockNumber(1)),
                chain: chain, depth: 12, spanMax: 1_000)
            drive.settleDown()
            let before = drive.logs.count
            #expect(before == 30)
            drive.chain.drop(depth)
            for _ in 0...depth { drive.chain.grow(logCount: 2) }
            drive.settleDown()
            #expect(drive.reverts == 1)
            #expect(
                drive.logs.map(\.1)
                    == drive.chain.truth(from: BlockNumber(1), to: drive.chain.head.number))
        }
    }

    @Test func reorgBelowFinalityHaltsAfterThreeLooksAndTouchesNothing() {
        var chain = ForkingChain()
        for _ in 0..<30 { chain.grow(logCount: 1) }
        var drive = Drive(
            seed: 1, configuration: SyncConfiguration(start: BlockNumber(1)), chain: chain,
            depth: 5, spanMax: 1_000)
        drive.settleDown()
        let logs = drive.logs.map(\.1)
        let settled = drive.settled
        drive.chain.drop(15)
        for _ in 0..<20 { drive.chain.grow(logCount: 1) }
        drive.settleDown()
        #expect(drive.halted == settled.map { .reorgBelowFinality(settled: $0.ref) })
        #expect(drive.logs.map(\.1) == logs)
        let after = drive.machine.handle(.wake, at: drive.now + 1_000_000)
        #expect(after.isEmpty)
    }

    @Test func followingAFinalizedTagReadsOnlySettledBlocks() {
        var chain = ForkingChain()
        for _ in 0..<200 { chain.grow(logCount: 1) }
        var drive = Drive(
            seed: 3,
            configuration: SyncConfiguration(follow: .tag(.finalized), start: BlockNumber(1)),
            chain: chain, depth: 20, spanMax: 1_000)
        for _ in 0..<500 { drive.step(faults: 0, lag: 0) }
        #expect(drive.machine.chain?.tip.number == BlockNumber(180))
        #expect(drive.logs.count == 180)
    }

    @Test func followingBehindTheHeadKeepsTheDistance() {
        var chain = ForkingChain()
        for _ in 0..<50 { chain.grow(logCount: 1) }
        var drive = Drive(
            seed: 4, configuration: SyncConfiguration(follow: .behind(7), start: BlockNumber(40)),
            chain: chain, depth: 20, spanMax: 1_000)
        for _ in 0..<500 { drive.step(faults: 0, lag: 0) }
        #expect(drive.machine.chain?.tip.number == BlockNumber(43))
        #expect(drive.logs.map(\.0) == (40...43).map { BlockNumber($0) })
    }

    /// Blocks every two seconds, give or take a tenth: a block costs little more than one request, and
    /// is mostly seen within a fifth of the time between blocks.
    @Test(arguments: 0..<6)
    func aBlockAtTheHeadCostsAboutOneRequest(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var chain = ForkingChain()
        for _ in 0..<100 { chain.grow(logCount: 1) }
        var machine = SyncMachine(
            configuration: SyncConfiguration(start: BlockNumber(1)),
            filter: LogFilter(addresses: [ForkingChain.contract]), chain: nil, seed: seed)
        var now: SyncInstant = 0
        var nextBlock: SyncInstant = 1_000
        var cameAt: SyncInstant = 0
        var slot: SyncInstant = 0
        var wakeAt: SyncInstant?
        var (requests, blocks) = (0, 0)
        var late: [SyncInstant] = []
        var actions = machine.handle(.start, at: now)
        var open: [SyncRequest] = []
        var turns = 0
        while slot < 400, turns < 100_000 {
            turns += 1
            for action in actions {
                switch action {
                case .request(let request): open.append(request)
                case .wake(let at): wakeAt = min(at, wakeAt ?? at)
                case .deliver(.committed):
                    guard slot >= 100 else { continue }
                    blocks += 1
                    late.append(now - min(now, cameAt))
                default: break
                }
            }
            actions = []
            if !open.isEmpty {
                let request = open.removeFirst()
                if slot >= 100 { requests += 1 }
                now += 40
                actions = machine.handle(
                    .answer(
                        request.id,
                        chain.answer(
                            request.kind, finalized: 20, headLimit: chain.head.number,
                            spanMax: 1_000)), at: now)
                continue
            }
            let wake = wakeAt ?? now
            if nextBlock <= wake {
                now = max(now, nextBlock)
                cameAt = nextBlock
                chain.grow(logCount: 1)
                slot += 1
                nextBlock = slot * 2_000 + UInt64.random(in: 1_000...1_200, using: &random)
                continue
            }
            now = max(now, wake)
            wakeAt = nil
            actions = machine.handle(.wake, at: now)
        }
        #expect(blocks > 290)
        let perBlock = Double(requests) / Double(blocks)
        #expect(perBlock < 1.5, "seed \(seed): \(perBlock) requests a block")
        #expect(late.sorted()[late.count / 2] < 400, "seed \(seed): \(late.sorted())")
    }

    /// A node that keeps only recent blocks does not have the one below the first: the first names
    /// its hash. The same after a restart.
    @Test func aNodeWithoutTheBlockBelowTheFirstIsEnough() {
        var chain = ForkingChain()
        for _ in 0..<200 { chain.grow(logCount: 1) }
        let configuration = SyncConfiguration(start: BlockNumber(100))
        let heads: SyncAnswer = .heads([
            .latest: chain.canonical[200], .finalized: chain.canonical[180],
        ])
        func answer(_ actions: [SyncAction], _ answer: SyncAnswer) -> [SyncAction] {
            guard case .request(let request)? = actions.last else { return [] }
            return machine.handle(.answer(request.id, answer), at: 0)
        }
        var machine = SyncMachine(
            configuration: configuration, filter: LogFilter(), chain: nil, seed: 1)
        var actions = answer(machine.handle(.start, at: 0), heads)
        actions = answer(actions, .headers([]))
        guard case .request(let next)? = actions.last else {
            Issue.record("expected a request, got \(actions)")
            return
        }
        #expect(next.kind == .headers(BlockNumber(100)...BlockNumber(100)))
        actions = answer(actions, .headers([chain.canonical[100]]))
        #expect(machine.chain?.settled.ref == chain.canonical[99].ref)
        #expect(actions.first == .deliver(.placed(chain.canonical[100].below)))

        let stored = machine.chain
        machine = SyncMachine(
            configuration: configuration, filter: LogFilter(), chain: stored, seed: 1)
        actions = answer(answer(machine.handle(.start, at: 0), heads), .headers([]))
        actions = answer(actions, .headers([chain.canonical[100]]))
        #expect(machine.phase == .catchingUp)

        // Neither is there: the node lags, and is asked again later.
        machine = SyncMachine(
            configuration: configuration, filter: LogFilter(), chain: nil, seed: 1)
        actions = answer(answer(machine.handle(.start, at: 0), heads), .headers([]))
        actions = answer(actions, .headers([]))
        #expect(machine.chain == nil && actions.count == 1)
        guard case .wake? = actions.last else {
            Issue.record("expected a wake, got \(actions)")
            return
        }
    }

    /// The end lies in settled history, above it, or at the head: all blocks up to it come, none
    /// beyond, and then nothing happens any more.
    @Test(arguments: [1, 2, 35, 63, 64, 65, 150, 179, 180, 181, 199, 200] as [UInt64])
    func itFinishesWithTheLastBlock(stop: UInt64) {
        for seed in 0..<8 as Range<UInt64> {
            var chain = ForkingChain()
            for _ in 0..<200 { chain.grow(logCount: 1) }
            var drive = Drive(
                seed: seed,
                configuration: SyncConfiguration(start: BlockNumber(1), stop: BlockNumber(stop)),
                chain: chain, depth: 20, spanMax: 7)
            for _ in 0..<4_000 where drive.finishes == 0 {
                drive.step(faults: Int(seed % 3), lag: 0)
            }
            #expect(drive.finishes == 1, "seed \(seed)")
            #expect(drive.machine.phase == .finished)
            #expect(drive.logs.map(\.0) == (1...stop).map { BlockNumber($0) }, "seed \(seed)")
            let requests = drive.requests
            for _ in 0..<200 { drive.step(faults: 0, lag: 0) }
            #expect(drive.requests == requests && drive.finishes == 1)
            #expect(drive.machine.handle(.wake, at: drive.now + 1_000_000).isEmpty)
        }
    }

    @Test func anEndThatIsNotThereYetIsWaitedFor() {
        var chain = ForkingChain()
        for _ in 0..<50 { chain.grow(logCount: 1) }
        var drive = Drive(
            seed: 5,
            configuration: SyncConfiguration(start: BlockNumber(1), stop: BlockNumber(52)),
            chain: chain, depth: 10, spanMax: 1_000)
        for _ in 0..<500 { drive.step(faults: 0, lag: 0) }
        #expect(drive.finishes == 0 && drive.logs.count == 50)
        drive.chain.grow(logCount: 1)
        drive.chain.grow(logCount: 1)
        drive.chain.grow(logCount: 1)
        for _ in 0..<500 { drive.step(faults: 0, lag: 0) }
        #expect(drive.finishes == 1 && drive.logs.count == 52)
    }

    @Test func withoutAStartItBeginsRightAboveTheSettledBlock() {
        var chain = ForkingChain()
        for _ in 0..<50 { chain.grow(logCount: 1) }
        var drive = Drive(
            seed: 5, configuration: SyncConfiguration(), chain: chain, depth: 10, spanMax: 1_000)
        drive.settleDown()
        #expect(drive.logs.map(\.0) == (41...50).map { BlockNumber($0) })
    }

    @Test func aLogOfAnotherBlockIsThrownAway() throws {
        var chain = ForkingChain()
        for _ in 0..<3 { chain.grow(logCount: 1) }
        let (good, other) = (chain.canonical[2], chain.canonical[3])
        let foreign = Block(header: good, logs: try #require(chain.logs[other.hash]))
        let filter = LogFilter(addresses: [ForkingChain.contract])
        #expect(throws: AssemblyFault.foreignLog(block: good.ref, log: other.ref)) {
            try BlockAssembler.check(foreign, asked: good.ref, filter: filter)
        }
        var doubled = Block(header: good, logs: try #require(chain.logs[good.hash]))
        doubled.logs.append(doubled.logs)
        #expect(throws: AssemblyFault.logOrder(block: good.number, previous: 0, next: 0)) {
            try BlockAssembler.check(doubled, asked: good.ref, filter: filter)
        }
        #expect(throws: AssemblyFault.wrongBlock(asked: other.ref, got: good.ref)) {
            try BlockAssembler.check(doubled, asked: other.ref, filter: filter)
        }
        // Blooms are the client's business, at the level that the operator chose: a chain without
        // any can be followed at `off`.
        var bare = good
        bare.logsBloom = LogsBloom()
        try BlockAssembler.check(
            Block(header: bare, logs: try #require(chain.logs[good.hash])), asked: good.ref,
            filter: filter)
        #expect(throws: AssemblyFault.self) {
            try BlockAssembler.check(
                Block(header: good, logs: try #require(chain.logs[good.hash])), asked: good.ref,
                filter: LogFilter(addresses: [Address.zero]))
        }
    }

    @Test func aSingleBlockThatIsTooLargeIsToldAndRetriedNotSkipped() {
        var machine = SyncMachine(
            configuration: SyncConfiguration(start: BlockNumber(1)), filter: LogFilter(),
            chain: CanonicalChain(settled: ForkingChain().head.anchor), seed: 1)
        machine.tipChecked = true
        _ = machine.startCatchUp(to: BlockNumber(1), at: 0)
        let id = machine.pending.keys.first ?? 0
        let actions = machine.handle(.answer(id, .failed(.shrink(blocks: 0))), at: 0)
        #expect(actions.contains(.notice(.blockTooLarge(BlockNumber(1)))))
        guard case .wake(let at)? = actions.last else {
            Issue.record("expected a wake")
            return
        }
        let again = machine.handle(.wake, at: at)
        #expect(again.count == 1, "asked again: \(again)")
    }

    @Test func aWakeThatComesTooSoonAsksForTheRightOne() {
        var configuration = SyncConfiguration(start: BlockNumber(1))
        configuration.firstSpan = 10
        var machine = SyncMachine(
            configuration: configuration, filter: LogFilter(),
            chain: CanonicalChain(settled: ForkingChain().head.anchor), seed: 1)
        machine.tipChecked = true
        _ = machine.startCatchUp(to: BlockNumber(40), at: 0)
        for (id, after) in zip(
            machine.pending.keys.sorted(), [1_000, 5_000, 2_000, 3_000] as [UInt64])
        {
            _ = machine.handle(.answer(id, .failed(.retry(after: after))), at: 0)
        }
        // The driver kept the earliest of the four: nothing is under way, so silence would be for ever.
        #expect(machine.pending.isEmpty)
        let early = machine.handle(.wake, at: 1_000)
        #expect(early == [.wake(at: 5_000)])
        let asked = machine.handle(.wake, at: 5_000)
        #expect(asked.count == 4)
    }
}
