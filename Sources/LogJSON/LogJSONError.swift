// Weir
// SPDX-License-Identifier: Apache-2.0

package import JSONBytes

/// Why bytes were refused as logs. `log` counts the logs of one scan from 0.
package enum LogJSONError: Error, Equatable, Sendable {
    case json(JSONError)
    case missingField(String, log: Int)
    case repeatedField(String, log: Int)
    /// A log of a block that does not exist yet: its block fields are null.
    case pendingLog(log: Int)
    /// A log that a reorganisation took back (`removed: true`): no answer to `eth_getLogs` has one.
    case removedLog(log: Int)
    case tooManyTopics(log: Int)
    /// An index that does not fit in 32 bits.
    case indexOutOfRange(String, log: Int)
    /// The answer of a node that refused the request.
    case rpcError(code: Int64, message: String)
    /// An answer whose result is not a list of logs.
    case noLogs(at: Int)
}

extension LogJSONError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .json(let error): error.description
        case .missingField(let name, let log): "log \(log) has no '\(name)'"
        case .repeatedField(let name, let log): "log \(log) has '\(name)' twice"
        case .pendingLog(let log): "log \(log) is pending: its block is null"
        case .removedLog(let log): "log \(log) is marked as removed by a reorganisation"
        case .tooManyTopics(let log): "log \(log) has more than four topics"
        case .indexOutOfRange(let name, let log): "log \(log) has an absurd '\(name)'"
        case .rpcError(let code, let message): "the node answered with error \(code): \(message)"
        case .noLogs(let at): "the answer at byte \(at) has no list of logs"
        }
    }
}
