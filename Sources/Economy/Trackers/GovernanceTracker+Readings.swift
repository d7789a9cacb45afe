// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMABI
import EVMPrimitives
import HashTreeCollections

/// What only the contracts know: the governor's clock, and each proposal's quorum and supply at its
/// snapshot. Each is asked for once, when it can be answered; what fails is asked for again, each
/// time later.
extension GovernanceTracker {
    /// How many proposals are asked for in one block.
    static let askedMax = 8

    private enum Ask: String, CaseIterable {
        case quorum, supply
    }

    private func view(_ ask: Ask) -> ViewFunction? {
        let threshold = ask == .quorum ? self.settings.quorum : self.settings.supply
        guard case .view(let view) = threshold else { return nil }
        return view
    }

    private func lacks(_ ask: Ask, _ proposal: Proposal) -> Bool {
        self.view(ask) != nil
            && (ask == .quorum ? proposal.quorum == nil : proposal.supply == nil)
    }

    /// Keeps ``awaiting`` what it is.
    mutating func noteAwaiting(_ id: U256) {
        guard let proposal = self.proposals[id], !proposal.phase.isFinal,
            Ask.allCases.contains(where: { self.lacks($0, proposal) })
        else {
            self.awaiting.remove(id)
            return
        }
        self.awaiting.insert(id)
    }

    // MARK: Asking

    /// What is read at a block.
    func requests(_ number: BlockNumber) -> [ReadingRequest] {
        var requests: [ReadingRequest] = []
        if case .view(let view) = self.settings.clock, self.mode == nil,
            self.clocks[Self.clockKey]?.askAt ?? 0 <= number.rawValue
        {
            requests += view.request(Self.clockKey).map { [$0] } ?? []
        }
        guard !self.awaiting.isEmpty else { return requests }
        var due: [(id: U256, proposal: Proposal)] = []
        for id in self.awaiting {
            guard let proposal = self.proposals[id], proposal.askAt <= number.rawValue else {
                continue
            }
            due.append((id, proposal))
        }
        due.sort {
            ($0.proposal.askAt, $0.proposal.ordinal) < ($1.proposal.askAt, $1.proposal.ordinal)
        }
        for (id, proposal) in due.prefix(Self.askedMax) {
            for ask in Ask.allCases where self.lacks(ask, proposal) {
                guard let view = self.view(ask) else { continue }
                var arguments: [ABIValue] = []
                if !view.function.inputs.isEmpty {
                    guard let start = proposal.start else { continue }
                    arguments = [.uint(U256(start))]
                }
                let key = "\(ask.rawValue)/\(id.hexQuantity)"
                requests += view.request(key, arguments).map { [$0] } ?? []
            }
        }
        return requests
    }

    /// The block at which a new proposal's readings are asked for first: the snapshot must be over,
    /// or the contracts refuse (ERC-5805, "future lookup").
    func firstAsk(_ proposal: Proposal, after place: BlockPlace) -> UInt64 {
        self.nextAsk(proposal, after: place) ?? place.number.next.rawValue
    }

    /// The block by which the snapshot should be over; nil where it is, or nothing is known of it.
    private func nextAsk(_ proposal: Proposal, after place: BlockPlace) -> UInt64? {
        guard let start = proposal.start, let now = self.timepoint(place), now <= start else {
            return nil
        }
        if self.mode == .blocks { return start.addingSaturated(1) }
        // Too late costs a moment without a ratio; too early a request.
        let left = UInt128(start - now) * 1_000
        let blocks = left / UInt128(self.blockMilliseconds(at: place) ?? 12_000)
        return place.number.rawValue.addingSaturated(UInt64(clamping: max(1, blocks)))
    }

    // MARK: Answers

    mutating func observe(_ extras: BlockExtras, _ effects: inout TrackerEffects) {
        let place = BlockPlace(number: extras.block.number, time: extras.time)
        var failed: [U256] = []
        for reading in extras.readings {
            if reading.key == Self.clockKey {
                self.observeClock(reading, place, &effects)
                continue
            }
            let parts = reading.key.split(separator: "/", maxSplits: 1)
            guard parts.count == 2, let ask = Ask(rawValue: String(parts[0])),
                let id = EntityKey.word(parts[1]), let view = self.view(ask),
                var proposal = self.proposals[id], self.lacks(ask, proposal)
            else { continue }
            do throws(ReadingFault) {
                let number = try view.number(reading)
                guard !number.isNegative else { throw .unusable }
                if ask == .quorum {
                    proposal.quorum = number.magnitude
                } else {
                    proposal.supply = number.magnitude
                }
                self.put(proposal, id, &effects)
            } catch {
                if !failed.contains(id) { failed.append(id) }
                // A refusal before the snapshot, or at a clock that is not seen, is no failure.
                if error == .reverted, self.mode == .foreign || self.isEarly(proposal, place) {
                    continue
                }
                self.countFailure(ask.rawValue, error, &effects)
            }
        }
        for id in failed { self.postpone(id, place, &effects) }
    }

    private func isEarly(_ proposal: Proposal, _ place: BlockPlace) -> Bool {
        guard let start = proposal.start, let now = self.timepoint(place) else { return false }
        return now <= start
    }

    private mutating func postpone(
        _ id: U256, _ place: BlockPlace, _ effects: inout TrackerEffects
    ) {
        guard var proposal = self.proposals[id] else { return }
        if let next = self.nextAsk(proposal, after: place) {
            proposal.askAt = next
        } else {
            proposal.askAt = Self.later(place, proposal.failures)
            proposal.failures = Self.more(proposal.failures)
        }
        self.put(proposal, id, &effects)
    }

    private static let failuresMax: UInt8 = 12

    private static func more(_ failures: UInt8) -> UInt8 {
        min(failures, self.failuresMax - 1) + 1
    }

    /// 1, 2, 4 … blocks later.
    private static func later(_ place: BlockPlace, _ failures: UInt8) -> UInt64 {
        place.number.rawValue.addingSaturated(1 << UInt64(min(failures, self.failuresMax)))
    }

    private mutating func countFailure(
        _ reading: String, _ fault: ReadingFault, _ effects: inout TrackerEffects
    ) {
        self.book.count(
            Family.readingFailures, [Self.kind.rawValue, self.name, reading, fault.rawValue],
            &effects)
    }

    // MARK: The clock

    private mutating func observeClock(
        _ reading: Reading, _ place: BlockPlace, _ effects: inout TrackerEffects
    ) {
        guard case .view(let view) = self.settings.clock, self.mode == nil else { return }
        var clock = self.clocks[Self.clockKey] ?? Clock()
        var fault: ReadingFault?
        switch reading.outcome {
        case .unavailable: fault = .unavailable
        // EIP-6372: a governor without a clock of its own counts blocks.
        case .reverted: clock.mode = .blocks
        case .data(let bytes):
            let text = (try? view.function.decodeReturn(bytes))?.first?.text
            clock.mode = text.flatMap { Self.mode($0) }
            if clock.mode == nil { fault = .unusable }
        }
        if let fault {
            clock.askAt = Self.later(place, clock.failures)
            clock.failures = Self.more(clock.failures)
            self.countFailure(Self.clockKey, fault, &effects)
        }
        self.clocks.set(clock, for: Self.clockKey, &effects)
    }

    /// What `CLOCK_MODE()` says (EIP-6372): fields as in a URL's query. Nil for what is none.
    static func mode(_ text: String) -> ClockMode? {
        var fields: [Substring: Substring] = [:]
        for field in text.split(separator: "&") {
            let parts = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { fields[parts[0]] = parts[1] }
        }
        switch fields["mode"] {
        case "timestamp": return .seconds
        case "blocknumber":
            let source = fields["from"] ?? "default"
            return source == "default" ? .blocks : .foreign
        default: return nil
        }
    }
}
