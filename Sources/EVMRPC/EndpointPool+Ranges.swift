// Weir
// SPDX-License-Identifier: Apache-2.0

import Synchronization
import WeirPorts

// Endpoints differ in how many blocks one `eth_getLogs` may cover. Each one's limit is learnt from
// its refusals; a range goes to those that take it, and only a range that nobody takes is refused.
extension EndpointPool {
    /// A suggested range so short is the limit of a plan and not of a number of logs.
    static let planBlocksMax: UInt64 = 100

    /// Whether a refusal was about the number of blocks, and not about that of the logs.
    func isLimit(_ hint: ChainClientError.RangeHint) -> Bool { self.blocks(hint) != nil }

    /// The limit that an error tells; nil where it tells none.
    func learns(_ error: ChainClientError, _ work: PoolWork) -> UInt64? {
        guard case .rangeTooLarge(_, let hint) = error, let asked = work.blocks,
            let blocks = self.blocks(hint), blocks < asked
        else { return nil }
        return blocks
    }

    private func blocks(_ hint: ChainClientError.RangeHint) -> UInt64? {
        switch hint {
        case .blocks(let blocks): return blocks > 0 ? blocks : nil
        case .range(let from, let to):
            guard to >= from, to - from < Self.planBlocksMax else { return nil }
            return to - from + 1
        case .halve: return nil
        }
    }

    /// Whether one that was not tried may be asked the same.
    func isAnybodyLeft(_ work: PoolWork, except tried: Set<Int>) -> Bool {
        let (now, unixSeconds) = (self.clock.now(), self.clock.unixSeconds())
        let spent = self.clients.map(\.isOutOfCredits)
        return self.state.withLock { state in
            state.endpoints.indices.contains { index in
                !tried.contains(index) && !spent[index]
                    && state.endpoints[index].isReady(at: now)
                    && state.endpoints[index].takes(work.blocks, at: unixSeconds)
            }
        }
    }

    /// The refusal of a range that those who may be asked now are known not to take; nil where
    /// somebody may take it, or nobody may be asked.
    func refusal(_ work: PoolWork) -> ChainClientError? {
        guard work.blocks != nil else { return nil }
        let (now, unixSeconds) = (self.clock.now(), self.clock.unixSeconds())
        let spent = self.clients.map(\.isOutOfCredits)
        let ready = self.state.withLock { state in
            state.endpoints.indices.filter { !spent[$0] && state.endpoints[$0].isReady(at: now) }
                .map { (index: $0, takes: state.endpoints[$0].takes(work.blocks, at: unixSeconds)) }
        }
        guard let first = ready.first, ready.allSatisfy({ !$0.takes }) else { return nil }
        return self.advised(
            .rangeTooLarge(endpoint: self.clients[first.index].endpoint.name, hint: .halve), work)
    }

    /// A refusal as it is handed on: with the largest limit of all endpoints, or without a limit
    /// where one that rests takes more, so that the caller tries larger ranges again later.
    func advised(_ error: ChainClientError, _ work: PoolWork) -> ChainClientError {
        guard case .rangeTooLarge(let endpoint, let hint) = error, let asked = work.blocks,
            hint == .halve || self.isLimit(hint)
        else { return error }
        let limit = self.rangeLimit
        guard let limit, limit < asked else {
            return self.isLimit(hint) ? .rangeTooLarge(endpoint: endpoint, hint: .halve) : error
        }
        return .rangeTooLarge(endpoint: endpoint, hint: .blocks(limit))
    }

    /// The most blocks that any endpoint takes; nil while one may take any number.
    package var rangeLimit: UInt64? {
        let unixSeconds = self.clock.unixSeconds()
        return self.state.withLock { state in
            var most: UInt64?
            for endpoint in state.endpoints where !endpoint.isWrong {
                guard let range = endpoint.range, range.isValid(at: unixSeconds) else { return nil }
                most = max(most ?? 0, range.blocks)
            }
            return most
        }
    }
}

extension ChainClientError {
    /// Whose error it is; nil for a cancelled request.
    var endpointName: String? {
        switch self {
        case .unreachable(let name, _), .rateLimited(let name, _), .rangeTooLarge(let name, _),
            .behind(let name, _), .badAnswer(let name, _, _), .unsupported(let name, _, _),
            .denied(let name, _), .serverError(let name, _, _), .wrongChain(let name, _, _),
            .unproven(let name, _, _):
            name
        case .cancelled: nil
        }
    }
}
