// Weir
// SPDX-License-Identifier: Apache-2.0

/// What kind of question a pool is asked, as far as the choice of the endpoint depends on it.
enum PoolWork: Sendable, Equatable {
    /// Where the chain stands: the best endpoint says it.
    case heads
    /// A part of a step at the head: of the endpoint that named the head.
    case step
    /// The logs of so many blocks of the past: shared among all.
    case logs(blocks: UInt64)
    /// What is wanted of blocks beside their logs: at the head as a step, else shared among all.
    case extras(isHead: Bool)
    /// One answer is as good as another's: shared among all.
    case other

    /// Questions that take about the same time.
    enum Kind: Hashable, Sendable {
        case small, logs, extras
    }

    var kind: Kind {
        switch self {
        case .logs: .logs
        case .extras: .extras
        case .heads, .step, .other: .small
        }
    }

    /// The blocks of a log range.
    var blocks: UInt64? {
        if case .logs(let blocks) = self { blocks } else { nil }
    }
}
