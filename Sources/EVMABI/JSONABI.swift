// Weir
// SPDX-License-Identifier: Apache-2.0

package import JSONBytes

/// Reads JSON ABIs (Solidity docs, "Contract ABI Specification", JSON): an array of fragments, or
/// an artifact of Foundry, Hardhat or Truffle, an object with the array under `abi`.
package enum JSONABI {
    /// Reads a document.
    package static func parse(_ bytes: [UInt8]) throws(ABIError) -> ContractABI {
        let document: JSONValue
        do throws(JSONError) {
            document = try JSONValue(parsing: bytes)
        } catch {
            throw .json(error)
        }
        return try Self.parse(document)
    }

    /// Reads a document that is parsed already.
    package static func parse(_ document: JSONValue) throws(ABIError) -> ContractABI {
        let list: [JSONValue]
        if let array = document.array {
            list = array
        } else if let array = document["abi"]?.array {
            list = array
        } else {
            throw .malformedABI("expected an array of fragments or an object with 'abi'")
        }
        var abi = ContractABI()
        for (index, entry) in list.enumerated() {
            do throws(ABIError) {
                switch try Self.fragment(entry, path: "entry \(index)") {
                case .function(let function): abi.functions.append(function)
                case .event(let event): abi.events.append(event)
                case .error(let error): abi.errors.append(error)
                case .other: break
                }
            } catch {
                // A function that cannot be called does not spoil the events beside it.
                guard Self.isTypeFault(error), Self.kind(of: entry) == "function" else {
                    throw error
                }
                abi.skippedFunctions.append(entry["name"]?.string ?? "")
            }
        }
        return abi
    }

    /// Reads one fragment, an object.
    package static func fragment(
        _ entry: JSONValue, path: String = "fragment"
    ) throws(ABIError) -> ABIFragment {
        guard entry.object != nil else { throw .malformedABI("\(path) is not an object") }
        let kind = Self.kind(of: entry)
        switch kind {
        case "function":
            return .function(
                ABIFunction(
                    name: try Self.name(entry, path),
                    inputs: try Self.parameters(entry["inputs"], path),
                    outputs: try Self.parameters(entry["outputs"], path),
                    stateMutability: Self.mutability(entry)))
        case "event":
            return .event(
                ABIEvent(
                    name: try Self.name(entry, path),
                    inputs: try Self.parameters(entry["inputs"], path),
                    anonymous: entry["anonymous"]?.bool ?? false))
        case "error":
            return .error(
                ABIErrorFragment(
                    name: try Self.name(entry, path),
                    inputs: try Self.parameters(entry["inputs"], path)))
        case "constructor", "fallback", "receive": return .other
        default: throw .malformedABI("\(path) has the unknown type '\(kind.prefix(40))'")
        }
    }

    private static func kind(of entry: JSONValue) -> String {
        entry["type"]?.string ?? "function"
    }

    private static func isTypeFault(_ error: ABIError) -> Bool {
        switch error {
        case .unknownType, .unsupportedType, .syntax: true
        default: false
        }
    }

    /// Reads a list of parameters; an absent list is an empty one.
    package static func parameters(
        _ list: JSONValue?, _ path: String = "inputs"
    ) throws(ABIError) -> [ABIParameter] {
        try Self.parameters(list, path, depth: 0)
    }

    private static func parameters(
        _ list: JSONValue?, _ path: String, depth: Int
    ) throws(ABIError) -> [ABIParameter] {
        guard let list, !list.isNull else { return [] }
        guard let entries = list.array else {
            throw .malformedABI("\(path): parameters are not an array")
        }
        guard depth < ABIScanner.depthLimit else {
            throw .typeTooLarge(limit: ABIScanner.depthLimit)
        }
        var parameters: [ABIParameter] = []
        for entry in entries {
            guard let text = entry["type"]?.string else {
                throw .malformedABI("\(path): a parameter has no type")
            }
            parameters.append(
                ABIParameter(
                    entry["name"]?.string ?? "",
                    try Self.type(text, components: entry["components"], path, depth),
                    indexed: entry["indexed"]?.bool ?? false))
        }
        return parameters
    }

    /// `tuple` and its suffixes with the components beside it, or any other type.
    private static func type(
        _ text: String, components: JSONValue?, _ path: String, _ depth: Int
    ) throws(ABIError) -> ABIType {
        guard text.hasPrefix("tuple"), !text.hasPrefix("tuple(") else {
            return try ABIType(parsing: text)
        }
        guard components?.array != nil else {
            throw .malformedABI("\(path): a tuple has no components")
        }
        let parts = try Self.parameters(components, path, depth: depth + 1)
        var scanner = try ABIScanner(Array(text.utf8.dropFirst(5)))
        let type = try scanner.suffixes(of: .tuple(parts))
        guard scanner.atEnd() else { throw .unknownType(String(text.prefix(80))) }
        return type
    }

    private static func name(_ entry: JSONValue, _ path: String) throws(ABIError) -> String {
        guard let name = entry["name"]?.string, !name.isEmpty else {
            throw .malformedABI("\(path) has no name")
        }
        return name
    }

    /// The state mutability; older compilers wrote `constant` and `payable` instead.
    private static func mutability(_ entry: JSONValue) -> String {
        if let text = entry["stateMutability"]?.string { return text }
        if entry["constant"]?.bool == true { return "view" }
        return entry["payable"]?.bool == true ? "payable" : "nonpayable"
    }
}
