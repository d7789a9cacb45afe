// Weir
// SPDX-License-Identifier: Apache-2.0

/// One line of a human-readable ABI.
package enum ABIFragment: Sendable, Equatable {
    case function(ABIFunction)
    case event(ABIEvent)
    case error(ABIErrorFragment)
    /// A constructor, fallback or receive function.
    case other
}

/// Reads human-readable ABIs: `event Transfer(address indexed from, address indexed to, uint256)`,
/// `function f(uint a) view returns (bool)`, `error Denied(address who)`.
///
/// Fragments end with `;` or simply with the next one; comments are `//`, `/* */` and `#`.
package enum HumanABI {
    /// Reads a whole text of fragments.
    package static func parse(_ text: String) throws(ABIError) -> ContractABI {
        var scanner = try ABIScanner(Array(text.utf8))
        var abi = ContractABI()
        while !scanner.atEnd() {
            if scanner.takes(0x3b) { continue }
            let keyword = try Self.keyword(&scanner)
            switch try Self.fragment(keyword, &scanner) {
            case .function(let function): abi.functions.append(function)
            case .event(let event): abi.events.append(event)
            case .error(let error): abi.errors.append(error)
            case .other: break
            }
        }
        return abi
    }

    /// Reads one fragment. Without a keyword, as `transfer(address,uint256)`, it is taken for what
    /// `assumed` says.
    package static func parseFragment(
        _ text: String, assuming assumed: String = "function"
    ) throws(ABIError) -> ABIFragment {
        var scanner = try ABIScanner(Array(text.utf8))
        let start = scanner.at
        var keyword = assumed
        if let word = scanner.identifier(), Self.keywords.contains(word) {
            keyword = word
            scanner.skipSpace()
            // A function may be named `error`, and a call of it has no keyword.
            if scanner.peek == 0x28, !["constructor", "fallback", "receive"].contains(word) {
                keyword = assumed
                scanner.at = start
            }
        } else {
            scanner.at = start
        }
        let fragment = try Self.fragment(keyword, &scanner)
        _ = scanner.takes(0x3b)
        guard scanner.atEnd() else { throw scanner.syntax("the end of the fragment") }
        return fragment
    }

    /// Reads one event, with or without the keyword.
    package static func parseEvent(_ text: String) throws(ABIError) -> ABIEvent {
        guard case .event(let event) = try Self.parseFragment(text, assuming: "event") else {
            throw .syntax(expected: "an event", line: 1, column: 1)
        }
        return event
    }

    /// Reads one function, with or without the keyword.
    package static func parseFunction(_ text: String) throws(ABIError) -> ABIFunction {
        guard case .function(let function) = try Self.parseFragment(text, assuming: "function")
        else { throw .syntax(expected: "a function", line: 1, column: 1) }
        return function
    }

    // MARK: Parts

    private static let keywords: Set<String> = [
        "function", "event", "error", "constructor", "fallback", "receive",
    ]

    private static func keyword(_ scanner: inout ABIScanner) throws(ABIError) -> String {
        let place = scanner.at
        guard let word = scanner.identifier(), self.keywords.contains(word) else {
            scanner.at = place
            scanner.skipSpace()
            throw scanner.syntax("'event', 'function' or 'error'")
        }
        return word
    }

    private static func fragment(
        _ keyword: String, _ scanner: inout ABIScanner
    ) throws(ABIError) -> ABIFragment {
        switch keyword {
        case "event":
            let name = try self.name(&scanner)
            let inputs = try scanner.parameters()
            let anonymous = self.word("anonymous", &scanner)
            return .event(ABIEvent(name: name, inputs: inputs, anonymous: anonymous))
        case "error":
            let name = try self.name(&scanner)
            return .error(ABIErrorFragment(name: name, inputs: try scanner.parameters()))
        case "function":
            let name = try self.name(&scanner)
            let inputs = try scanner.parameters()
            let (mutability, outputs) = try self.modifiers(&scanner)
            return .function(
                ABIFunction(
                    name: name, inputs: inputs, outputs: outputs, stateMutability: mutability))
        default:
            _ = try scanner.parameters()
            _ = try self.modifiers(&scanner)
            return .other
        }
    }

    private static func name(_ scanner: inout ABIScanner) throws(ABIError) -> String {
        guard let name = scanner.identifier() else { throw scanner.syntax("a name") }
        return name
    }

    /// Takes a word if it comes next.
    private static func word(_ word: String, _ scanner: inout ABIScanner) -> Bool {
        let place = scanner.at
        if scanner.identifier() == word { return true }
        scanner.at = place
        return false
    }

    /// What stands behind a function's arguments.
    private static func modifiers(
        _ scanner: inout ABIScanner
    ) throws(ABIError) -> (mutability: String, outputs: [ABIParameter]) {
        var mutability = ""
        while true {
            let place = scanner.at
            switch scanner.identifier() {
            case "view", "pure", "payable", "nonpayable":
                scanner.at = place
                mutability = scanner.identifier() ?? ""
            case "constant": mutability = "view"
            case "external", "public", "internal", "private", "virtual", "override": continue
            case "returns": return (mutability, try scanner.parameters())
            default:
                scanner.at = place
                return (mutability, [])
            }
        }
    }
}
