// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import Synchronization
import WeirPorts

// `quorum: 2`: a block's hash counts once so many endpoints say that it stands at its height. All
// hashes that can be stored pass here: heads, headers, blocks, and the last block of a log range.
// A block that one of them names as its ancestor needs no asking: the hash covers the parent's.
extension EndpointPool {
    /// Blocks whose agreement is remembered.
    private static let confirmedMax = 512
    /// More heights than this are not asked in one go.
    private static let confirmBatchMax = 100

    /// Checks that enough endpoints name these blocks at their heights.
    ///
    /// - Throws: `.unproven` where others name other blocks, `.behind` where they do not have them
    ///   yet, and what they failed with where too few answered.
    func confirm(
        _ refs: [BlockRef], by client: JSONRPCClient
    ) async throws(ChainClientError) {
        guard self.policy.quorum > 1, !refs.isEmpty else { return }
        let known = self.state.withLock { $0.confirmed }
        let open = refs.filter { !known.contains($0) }
        var start = 0
        while start < open.count {
            let part = Array(open[start..<min(open.count, start + Self.confirmBatchMax)])
            try await self.confirm(part: part, by: client)
            start += part.count
        }
    }

    private func confirm(
        part refs: [BlockRef], by client: JSONRPCClient
    ) async throws(ChainClientError) {
        let numbers = refs.map(\.number)
        var vote = QuorumVote(quorum: self.policy.quorum, refs: refs)
        var failure: ChainClientError?
        for index in self.clients.indices where self.clients[index] !== client {
            guard !vote.isAgreed else { break }
            do throws(ChainClientError) {
                guard
                    let said = try await self.askAside(
                        index, { other throws(ChainClientError) in try await other.refs(numbers) })
                else { continue }
                vote.add(said)
            } catch {
                if error == .cancelled { throw error }
                failure = Self.better(failure, error)
            }
        }
        try self.settle(vote, failure, by: client)
        self.remember(refs)
    }

    private func remember(_ refs: [BlockRef]) {
        self.state.withLock { state in
            for ref in refs where !state.confirmed.contains(ref) { state.confirmed.append(ref) }
            let excess = state.confirmed.count - Self.confirmedMax
            if excess > 0 { state.confirmed.removeFirst(excess) }
        }
    }

    /// The heads that a quorum agrees on: for each tag the lowest of those that its members name,
    /// whose hash they all confirm. A tag that one of them does not know is left out.
    func agreed(
        _ heads: [HeadTag: BlockHeader], _ tags: [HeadTag], by client: JSONRPCClient
    ) async throws(ChainClientError) -> [HeadTag: BlockHeader] {
        guard self.policy.quorum > 1 else { return heads }
        var agreed = heads
        var votes: [BlockRef: Int] = [:]
        var members = 1
        var failure: ChainClientError?
        var laggards: [[HeadTag: BlockHeader]] = []
        for index in self.clients.indices where self.clients[index] !== client {
            guard members < self.policy.quorum else { break }
            do throws(ChainClientError) {
                guard
                    let others = try await self.askAside(
                        index, { other throws(ChainClientError) in try await other.heads(tags) })
                else { continue }
                if let own = heads[.latest], let other = others[.latest],
                    self.isFarBehind(other, own)
                {
                    _ = self.demote(self.clients[index], own, other)
                    laggards.append(others)
                    continue
                }
                for ref in Set(others.values.map(\.ref)) { votes[ref, default: 1] += 1 }
                agreed = Self.lower(agreed, others)
                members += 1
            } catch {
                if error == .cancelled { throw error }
                failure = Self.better(failure, error)
            }
        }
        // Without enough others, those that lag decide how far the chain is followed.
        for others in laggards where members < self.policy.quorum {
            for ref in Set(others.values.map(\.ref)) { votes[ref, default: 1] += 1 }
            agreed = Self.lower(agreed, others)
            members += 1
        }
        guard members >= self.policy.quorum else {
            throw failure ?? self.tooFew(client, "the heads of \(members) endpoints are known")
        }
        guard agreed[.latest] != nil || heads[.latest] == nil else {
            throw self.tooFew(client, "an endpoint names no latest block")
        }
        // The first endpoint has to name them too, now that they may be another's.
        let refs = Set(agreed.values.map(\.ref)).sorted { $0.number < $1.number }
        let foreign = refs.filter { ref in !heads.values.contains { $0.ref == ref } }
        if !foreign.isEmpty {
            let said = try await client.refs(foreign.map(\.number))
            for (ref, own) in zip(foreign, said) where own != ref {
                guard own != nil else { throw self.tooFew(client, "block \(ref) is not there") }
                self.observer.disagreed()
                throw self.contradicted(client, ref, Self.quorumCheck)
            }
        }
        self.remember(refs.filter { votes[$0, default: 1] >= self.policy.quorum })
        try await self.confirm(refs, by: client)
        return agreed
    }

    /// For each tag that both know, the lower header; the first one's where they are as high.
    private static func lower(
        _ first: [HeadTag: BlockHeader], _ second: [HeadTag: BlockHeader]
    ) -> [HeadTag: BlockHeader] {
        first.reduce(into: [:]) { result, entry in
            guard let other = second[entry.key] else { return }
            result[entry.key] = other.number < entry.value.number ? other : entry.value
        }
    }

    private func settle(
        _ vote: QuorumVote, _ failure: ChainClientError?, by client: JSONRPCClient
    ) throws(ChainClientError) {
        switch vote.result {
        case .agreed: return
        case .contradicted(let ref, let isOutvoted):
            self.observer.disagreed()
            throw self.contradicted(
                client, ref, isOutvoted ? Self.outvotedCheck : Self.quorumCheck)
        case .open(let ref):
            throw failure ?? self.tooFew(client, "block \(ref) is named by too few endpoints yet")
        }
    }

    private func contradicted(
        _ client: JSONRPCClient, _ ref: BlockRef, _ check: String
    ) -> ChainClientError {
        .unproven(
            endpoint: client.endpoint.name, check: check,
            detail: "other endpoints name another block than \(ref)")
    }

    private func tooFew(_ client: JSONRPCClient, _ detail: String) -> ChainClientError {
        .behind(
            endpoint: client.endpoint.name,
            detail: "\(detail), and the quorum is \(self.policy.quorum)")
    }

    /// Asks one more endpoint beside the one whose turn it is; nil where it may not be asked now.
    func askAside<Answer: Sendable>(
        _ index: Int, _ ask: (JSONRPCClient) async throws(ChainClientError) -> Answer
    ) async throws(ChainClientError) -> Answer? {
        guard !self.clients[index].isOutOfCredits else { return nil }
        let now = self.clock.now()
        guard let ticket = self.state.withLock({ $0.endpoints[index].begin(at: now) }) else {
            return nil
        }
        let admitted = Admitted(index: index, ticket: ticket)
        do throws(ChainClientError) {
            try await self.checkChain(index)
            let answer = try await ask(self.clients[index])
            self.note(admitted, .other, nil)
            return answer
        } catch {
            self.note(admitted, .other, error)
            throw error
        }
    }
}

/// What endpoints say of some blocks, against what one of them said.
struct QuorumVote: Sendable {
    enum Result: Equatable, Sendable {
        case agreed
        /// Too few have said anything yet of this block.
        case open(BlockRef)
        /// Another block is named at its height; `isOutvoted` by a quorum of others.
        case contradicted(BlockRef, isOutvoted: Bool)
    }

    private let quorum: Int
    private let refs: [BlockRef]
    /// For each block: how many name it, the first endpoint included.
    private var votes: [Int]
    /// For each block: what others name in its place, and how many do.
    private var others: [[Hash256: Int]]

    init(quorum: Int, refs: [BlockRef]) {
        self.quorum = quorum
        self.refs = refs
        self.votes = [Int](repeating: 1, count: refs.count)
        self.others = [[Hash256: Int]](repeating: [:], count: refs.count)
    }

    /// One endpoint's blocks at these heights, in their order; nil for one that it does not have.
    mutating func add(_ said: [BlockRef?]) {
        for (index, ref) in zip(self.refs.indices, said) {
            guard let ref else { continue }
            if ref == self.refs[index] {
                self.votes[index] += 1
            } else {
                self.others[index][ref.hash, default: 0] += 1
            }
        }
    }

    var isAgreed: Bool { self.votes.allSatisfy { $0 >= self.quorum } }

    var result: Result {
        var open: BlockRef?
        for index in self.refs.indices where self.votes[index] < self.quorum {
            if let most = self.others[index].values.max() {
                return .contradicted(self.refs[index], isOutvoted: most >= self.quorum)
            }
            open = open ?? self.refs[index]
        }
        return open.map { .open($0) } ?? .agreed
    }
}

extension JSONRPCClient {
    /// The blocks that the node names at some heights, in their order; nil for those it lacks.
    func refs(_ numbers: [BlockNumber]) async throws(ChainClientError) -> [BlockRef?] {
        let outcomes = try await self.perform(numbers.map { .header($0) })
        var refs: [BlockRef?] = []
        for (number, outcome) in zip(numbers, outcomes) {
            switch outcome {
            case .success(.header(let header)):
                guard header.number == number else {
                    throw self.bad(
                        "eth_getBlockByNumber", "asked for block \(number), got \(header.number)")
                }
                refs.append(header.ref)
            case .success, .failure(.behind): refs.append(nil)
            case .failure(let error): throw error
            }
        }
        return refs
    }
}
