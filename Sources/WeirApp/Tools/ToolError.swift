// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMABI

/// Why a command of the operator's tools cannot do what was asked.
///
/// Errors of the modules beneath pass through as they are; these are the tools' own.
package enum ToolError: Error, Equatable, Sendable {
    /// The command line asks for something that cannot be meant; the text says what to write.
    case usage(String)
    /// A file or stream that cannot be read, by the system's words.
    case unreadable(path: String, reason: String)
    /// Standard output cannot be written, by the system's words.
    case unwritable(reason: String)
    /// The reader of standard output has gone away: not a fault, and nothing is said of it.
    case outputClosed
    /// A file of the `--abi` folder that is no ABI.
    case abi(path: String, ABIError)
    /// The files hold no event.
    case noEvents(path: String)
    /// Types, values or data of one `weir abi` call were refused.
    case refused(String)
    /// One line or document of the input is larger than is read.
    case inputTooLong(limitBytes: Int)
    case unknownChain(name: String, known: [String])
    /// The instance that was asked does not answer.
    case noInstance(address: String, reason: String)
    /// What answered is not a Weir, or not as this version knows it.
    case notAnInstance(address: String, detail: String)
    case noStore(path: String)
    /// A chain stands still, by its own words.
    case halted(chain: String, reason: String)
    /// An operator's question was answered with no.
    case declined
    /// The command ran and printed what it found, and that is not good.
    case findings(count: Int)
    /// As ``findings(count:)``, where an endpoint did not answer.
    case unreachable(count: Int)
}

extension ToolError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .usage(let text): text
        case .unreadable(let path, let reason): "\(path) cannot be read: \(reason)"
        case .unwritable(let reason): "standard output cannot be written: \(reason)"
        case .outputClosed: "standard output was closed"
        case .abi(let path, let error): "\(path): \(error)"
        case .noEvents(let path):
            "\(path) holds no event; give a JSON ABI, a folder of them, or a text of fragments "
                + "such as `event Transfer(address indexed from, address indexed to, uint256 value)`"
        case .refused(let text): text
        case .inputTooLong(let limit):
            "a line of the input is longer than \(limit) bytes; write one JSON value a line"
        case .unknownChain(let name, let known):
            "there is no chain '\(name)'; "
                + (known.isEmpty
                    ? "the store holds none" : "there are: \(known.joined(separator: ", "))")
        case .noInstance(let address, let reason):
            "no instance answers at \(address): \(reason); start one with `weir run`, or give "
                + "its `server.listen` address with --url"
        case .notAnInstance(let address, let detail):
            "what answers at \(address) is not a Weir of this version: \(detail); check --url"
        case .noStore(let path):
            "there is no store at \(path); check the path, or start `weir run`, which makes it"
        case .halted(let chain, let reason): "chain \(chain) stands still: \(reason)"
        case .declined: "nothing was changed"
        case .findings(let count): count == 1 ? "1 finding" : "\(count) findings"
        case .unreachable(let count):
            count == 1 ? "1 endpoint did not answer" : "\(count) endpoints did not answer"
        }
    }
}
