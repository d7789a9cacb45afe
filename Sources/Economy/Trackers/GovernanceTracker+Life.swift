// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives

/// What happens to a proposal after it was made.
extension GovernanceTracker {
    mutating func queue(
        _ event: RoleEvent, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        var (id, proposal) = try self.known(event)
        let eta = try event.optionalTime(Field.eta)
        switch proposal.phase {
        case .open: break
        case .queued: throw .duplicate
        default: throw .outOfOrder
        }
        proposal.phase = .queued
        proposal.eta = eta
        if let scheduled = self.scheduled, scheduled.transaction == event.entry.transactionHash {
            proposal.operation = scheduled.operation
            self.operations.set(Operation(proposal: id), for: scheduled.operation, &effects)
            self.scheduled = nil
        }
        self.put(proposal, id, &effects)
        self.book.count(Family.changes, [self.name, Change.queued.rawValue], &effects)
        self.tell(.queued, id, proposal, event, &effects)
    }

    mutating func extend(
        _ event: RoleEvent, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        var (id, proposal) = try self.known(event)
        let deadline = try event.amount(Field.deadline).uint64 ?? .max
        guard proposal.phase == .open else { throw .outOfOrder }
        proposal.end = deadline
        self.put(proposal, id, &effects)
        self.book.count(Family.changes, [self.name, Change.extended.rawValue], &effects)
        self.tell(.extended, id, proposal, event, &effects)
    }

    mutating func finish(
        _ change: Change, _ event: RoleEvent, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        var (id, proposal) = try self.known(event)
        guard !proposal.phase.isFinal else {
            guard proposal.phase == change.phase else { throw .outOfOrder }
            // The governor says what its timelock has said before.
            guard proposal.isFinishedByTimelock else { throw .duplicate }
            proposal.isFinishedByTimelock = false
            self.put(proposal, id, &effects)
            return
        }
        self.finish(change, id, proposal, event, &effects)
    }

    /// A timelock serves others too: operations that no proposal of this governor scheduled are
    /// none of its business.
    mutating func finishOperation(
        _ change: Change, _ event: RoleEvent, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        guard let id = self.operations[try event.key(Field.operation)]?.proposal,
            var proposal = self.proposals[id]
        else { return }
        proposal.isFinishedByTimelock = true
        self.finish(change, id, proposal, event, &effects)
    }

    private mutating func finish(
        _ change: Change, _ id: U256, _ proposal: Proposal, _ event: RoleEvent,
        _ effects: inout TrackerEffects
    ) {
        var proposal = proposal
        proposal.phase = change.phase
        if let operation = proposal.operation {
            self.operations.set(nil, for: operation, &effects)
            proposal.operation = nil
        }
        self.put(proposal, id, &effects)
        self.book.count(Family.changes, [self.name, change.rawValue], &effects)
        self.tell(change, id, proposal, event, &effects)
        if self.texts[id] != nil { self.texts.set(nil, for: id, &effects) }
    }
}
