// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
import CurlTransport
import Economy
import HTTPFront
import MetricsRegistry
import SQLDatabase
import WeirPorts
import WeirStore

/// What the process says with its exit code. The one place where errors become codes.
///
/// The codes are stable: scripts and service units rely on them.
package enum ExitStatus: Int32, Sendable, Hashable, CaseIterable {
    case ok = 0
    /// Anything that no other code names.
    case failure = 1
    /// The command line is wrong.
    case usage = 2
    /// The configuration is wrong.
    case configuration = 3
    /// The command ran, and what it found is not good.
    case findings = 4
    /// An endpoint or instance does not answer.
    case unreachable = 5
    /// The store cannot be used.
    case store = 6

    /// The code for an error.
    package init(_ error: any Error) {
        self =
            switch error {
            case let error as ToolError: Self.of(error)
            case is ConfigDiagnostics, is ConfigDiagnostic: .configuration
            // A chain that was read under another configuration; names that clash.
            case is FollowerError, is MetricsError, is TokenError: .configuration
            case let error as TokenMetadataError: Self.of(error)
            case is StoreError, is SQLError, is EconomyError: .store
            // Its description says what to do.
            case is HTTPFrontError: .failure
            case let error as ChainClientError: Self.of(error)
            case let error as TransportError: Self.of(error)
            default: .failure
            }
    }

    private static func of(_ error: ToolError) -> Self {
        switch error {
        case .usage, .declined, .unknownChain: .usage
        case .outputClosed: .ok
        case .findings: .findings
        case .unreachable, .noInstance, .notAnInstance: .unreachable
        case .noStore: .store
        case .unreadable, .unwritable, .abi, .noEvents, .refused, .inputTooLong, .halted: .failure
        }
    }

    private static func of(_ error: TokenMetadataError) -> Self {
        switch error {
        case .noCode, .rubbish: .configuration
        case .unavailable: .unreachable
        }
    }

    private static func of(_ error: ChainClientError) -> Self {
        switch error {
        case .wrongChain: .findings
        case .cancelled: .failure
        default: .unreachable
        }
    }

    private static func of(_ error: TransportError) -> Self {
        switch error {
        case .invalidRequest: .usage
        case .cancelled, .shutDown: .failure
        default: .unreachable
        }
    }
}
