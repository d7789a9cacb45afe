// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import WeirPorts

/// The readings of a plan at one block: which calls bring them, and what came of the calls.
///
/// A value. Calls go out in up to three rounds: what a round leaves open the next one asks in
/// another form.
struct StateQuestion: Sendable {
    /// The longest answer that is kept.
    static let answerMax = 1 << 16

    /// The form of a round.
    struct Form: Sendable {
        /// By hash (EIP-1898), or by number.
        var byHash: Bool
        /// Whether view calls and balances go through Multicall3.
        var gathers: Bool
        /// What does not go through it all the same.
        var apart: Set<ReadingRequest.Subject> = []
    }

    private enum Way: Sendable {
        case alone(Int)
        case gathered([Int])
    }

    let block: BlockRef
    /// What is asked, each subject once.
    private var requests: [ReadingRequest] = []
    /// The keys of the plan, each with the place of its request.
    private var keys: [(key: String, place: Int)] = []
    private var answers: [Reading.Outcome?] = []
    /// The last refusal of what is open.
    private var refusals: [Int: String] = [:]
    private var ways: [Way] = []
    private var byHash = true
    /// An endpoint refused a question in a way that may mean the form of the block.
    private(set) var refusesHash = false
    /// Something was answered by number.
    private(set) var wasAnsweredByNumber = false
    /// What went through Multicall3 came back as something else.
    private(set) var isGatheringBroken = false
    /// What failed without a word inside Multicall3: whether by itself, or for want of gas that the
    /// calls before it took, shows alone.
    private(set) var suspects: [Int] = []

    init(_ block: BlockRef, _ requests: [ReadingRequest]) {
        self.block = block
        var places: [ReadingRequest.Subject: Int] = [:]
        for request in requests {
            let place = places[request.subject] ?? self.requests.count
            if place == self.requests.count {
                places[request.subject] = place
                self.requests.append(request)
            }
            self.keys.append((request.key, place))
        }
        self.answers = Array(repeating: nil, count: self.requests.count)
    }

    var isAnswered: Bool { self.answers.allSatisfy { $0 != nil } }

    /// All readings; what is open still cannot be had.
    var readings: [Reading] {
        self.keys.map { key, place in
            let why = self.refusals[place] ?? "no endpoint answers"
            return Reading(key: key, outcome: self.answers[place] ?? .unavailable(why))
        }
    }

    /// What failed inside Multicall3 and fails alone too.
    var failing: [ReadingRequest.Subject] {
        self.suspects.filter { index in
            if case .reverted? = self.answers[index] { true } else { false }
        }.map { self.requests[$0].subject }
    }

    /// The calls of a round, for ``take(_:of:)`` in the same order.
    mutating func calls(_ form: Form) -> [RPCCall] {
        let selector: BlockSelector =
            form.byHash ? .hash(self.block.hash) : .number(self.block.number)
        self.byHash = form.byHash
        self.refusesHash = false
        self.ways = []
        let open = self.answers.indices.filter { self.answers[$0] == nil }
        let gathered =
            form.gathers
            ? open.filter {
                Multicall.call(self.requests[$0].subject) != nil
                    && !form.apart.contains(self.requests[$0].subject)
            } : []
        var calls: [RPCCall] = []
        let pays = gathered.count >= Multicall.callsMin
        let alone = pays ? open.filter { !gathered.contains($0) } : open
        if pays {
            var rest = gathered[...]
            while !rest.isEmpty {
                let part = Array(rest.prefix(Multicall.callsMax))
                rest = rest.dropFirst(part.count)
                self.ways.append(.gathered(part))
                let data = Multicall.encode(
                    part.compactMap { Multicall.call(self.requests[$0].subject) })
                calls.append(.execution(to: Multicall.address, data: data, at: selector))
            }
        }
        for index in alone {
            self.ways.append(.alone(index))
            calls.append(.reading(self.requests[index].subject, at: selector))
        }
        return calls
    }

    /// Takes in what came of the last calls.
    ///
    /// - Throws: what concerns the endpoint and not a reading.
    mutating func take(
        _ outcomes: ArraySlice<Result<RPCValue, ChainClientError>>, of endpoint: String
    ) throws(ChainClientError) {
        for (way, outcome) in zip(self.ways, outcomes) {
            switch (way, outcome) {
            case (.alone(let index), .success(let value)):
                self.answers[index] = self.outcome(value, of: self.requests[index].subject)
                if !self.byHash { self.wasAnsweredByNumber = true }
            case (.gathered(let part), .success(.bytes(let bytes))):
                self.spread(bytes, over: part)
            case (.gathered, .success): self.isGatheringBroken = true
            case (.alone(let index), .failure(let error)):
                try self.refuse([index], error, endpoint, isGathered: false)
            case (.gathered(let part), .failure(let error)):
                try self.refuse(part, error, endpoint, isGathered: true)
            }
        }
    }

    private mutating func spread(_ bytes: [UInt8], over part: [Int]) {
        guard let results = Multicall.decode(bytes, count: part.count) else {
            self.isGatheringBroken = true
            return
        }
        if !self.byHash { self.wasAnsweredByNumber = true }
        for (index, result) in zip(part, results) {
            if result.succeeded {
                self.answers[index] = Self.kept(result.data)
            } else if result.data.isEmpty {
                self.suspects.append(index)
            } else {
                self.answers[index] = .reverted(result.data)
            }
        }
    }

    private mutating func refuse(
        _ indices: [Int], _ error: ChainClientError, _ endpoint: String, isGathered: Bool
    ) throws(ChainClientError) {
        let detail: String
        switch error {
        case .behind(_, let words), .denied(_, let words): detail = words
        case .serverError(_, let code, let words):
            // Most likely more gas than an `eth_call` may take: alone it may do.
            if isGathered {
                self.isGatheringBroken = true
                return
            }
            detail = "error \(code): \(words)"
        case .unsupported(_, let method, let words):
            detail = "\(method): \(words)"
            if self.byHash, !Self.isAboutMethod(words) {
                self.refusesHash = true
                for index in indices { self.refusals[index] = "\(endpoint): \(detail)" }
                return
            }
            if isGathered {
                self.isGatheringBroken = true
                return
            }
        default: throw error
        }
        let sentence = "\(endpoint): \(detail)"
        for index in indices { self.answers[index] = .unavailable(sentence) }
    }

    private func outcome(
        _ value: RPCValue, of subject: ReadingRequest.Subject
    ) -> Reading.Outcome {
        switch value {
        case .bytes(let bytes):
            if case .hasCode = subject {
                return .data((bytes.isEmpty ? U256.zero : .one).bigEndianBytes)
            }
            return RevertDialect.isRevert(bytes) ? .reverted(bytes) : Self.kept(bytes)
        case .word(let word): return .data(word.bigEndianBytes)
        case .reverted(let data): return .reverted(Array(data.prefix(Self.answerMax)))
        default: return .unavailable("the endpoint answers null")
        }
    }

    private static func kept(_ data: [UInt8]) -> Reading.Outcome {
        data.count <= Self.answerMax
            ? .data(data) : .unavailable("the answer has \(data.count) bytes, too many to keep")
    }

    /// Whether the words are about the method, not about how the block is named.
    private static func isAboutMethod(_ words: String) -> Bool {
        let text = words.lowercased()
        return ["method", "whitelist", "gas", "timeout"].contains { text.contains($0) }
    }
}
