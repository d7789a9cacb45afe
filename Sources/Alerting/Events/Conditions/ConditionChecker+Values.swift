// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
import EVMABI
import EVMPrimitives

extension ConditionChecker {
    /// A value with its type.
    ///
    /// - Parameter expecting: what a literal is taken for; nil where nothing is known.
    mutating func typed(
        _ syntax: ConditionSyntax, expecting: ConditionType?
    ) throws(ConditionFault) -> Typed {
        switch syntax.kind {
        case .number(let number, let unit):
            let (value, symbol) = try self.scope.value(number, unit, syntax.column)
            return Typed(type: .integer, term: .constant(.integer(value)), symbol: symbol)
        case .hex(let digits): return try self.hex(digits, expecting, syntax.column)
        case .text(let text): return try self.text(text, expecting, syntax.column)
        case .flag(let flag): return Typed(type: .flag, term: .constant(.flag(flag)))
        case .list:
            throw ConditionFault(
                syntax.column, "a list where a single value should stand",
                advice: "lists stand behind in")
        case .path(let name, let steps): return try self.path(name, steps, syntax.column)
        case .negated(let value):
            let typed = try self.integer(value)
            if case .constant(.integer(let integer)) = typed.term {
                return Typed(
                    type: .integer, term: .constant(.integer(-integer)), symbol: typed.symbol)
            }
            return Typed(type: .integer, term: .negated(typed.term))
        case .sum(let terms): return try self.sum(terms)
        case .product(let factors):
            var terms: [ConditionTerm] = []
            for factor in factors { terms.append(try self.integer(factor).term) }
            return Typed(type: .integer, term: .product(terms))
        case .not, .all, .any, .comparison, .quantified:
            return Typed(type: .flag, term: .truth(try self.program(syntax)))
        }
    }

    private mutating func integer(_ syntax: ConditionSyntax) throws(ConditionFault) -> Typed {
        let typed = try self.typed(syntax, expecting: .integer)
        guard typed.type == .integer else {
            throw ConditionFault(
                syntax.column, "only integers are computed with, and this is \(typed.type.name)")
        }
        return typed
    }

    private mutating func sum(
        _ parts: [ConditionSyntax.Term]
    ) throws(ConditionFault) -> Typed {
        var terms: [(isSubtracted: Bool, term: ConditionTerm)] = []
        var symbols: Set<String> = []
        for part in parts {
            let typed = try self.integer(part.value)
            terms.append((part.isSubtracted, typed.term))
            if let symbol = typed.symbol { symbols.insert(symbol) }
        }
        return Typed(
            type: .integer, term: .sum(terms),
            symbol: symbols.count == 1 ? symbols.first : nil)
    }

    // MARK: Literals

    private func hex(
        _ digits: String, _ expecting: ConditionType?, _ column: Int
    ) throws(ConditionFault) -> Typed {
        let count = digits.utf8.count - 2
        switch expecting {
        case .integer:
            guard let value = U256(hexQuantity: digits) else {
                throw ConditionFault(column, "a number of more than 64 hex digits")
            }
            return Typed(type: .integer, term: .constant(.integer(ExactInteger(value))))
        case .bytes(let size):
            guard let bytes = Hex.decode(digits) else {
                throw ConditionFault(
                    column, "bytes have two hex digits each, and here are \(count)")
            }
            if let size, bytes.count != size {
                throw ConditionFault(
                    column, "bytes\(size) has \(2 * size) hex digits, and here are \(count)")
            }
            return Typed(type: .bytes(bytes.count), term: .constant(.bytes(bytes)))
        case .hashed(.bytes):
            // The log holds the hash of the bytes, so theirs is what it is compared with.
            guard let bytes = Hex.decode(digits) else {
                throw ConditionFault(
                    column, "bytes have two hex digits each, and here are \(count)")
            }
            let type = ConditionType.hashed(.bytes(nil))
            return Typed(type: type, term: .constant(.bytes(Keccak256.hash(bytes).bytes)))
        case .address, nil: return try self.address(digits, column)
        default:
            throw ConditionFault(
                column, "expected \(expecting?.name ?? ""), found hex digits")
        }
    }

    private func address(_ text: String, _ column: Int) throws(ConditionFault) -> Typed {
        do throws(Address.TextFault) {
            let address = try Address.parse(text)
            return Typed(type: .address, term: .constant(.address(address)))
        } catch .checksum(let expected) {
            throw ConditionFault(
                column, "the checksum of \(text.quoted) is wrong: a letter's case or a digit",
                advice: "compare it with its source; in this spelling its digits are valid: "
                    + expected)
        } catch {
            guard text.hasPrefix("0x") else {
                throw ConditionFault(
                    column, "\(text.quoted) is no address", advice: "write 0x and 40 hex digits")
            }
            throw ConditionFault(
                column, "an address has 40 hex digits, and here are \(text.utf8.count - 2)")
        }
    }

    private func text(
        _ text: String, _ expecting: ConditionType?, _ column: Int
    ) throws(ConditionFault) -> Typed {
        switch expecting {
        // Addresses in quotes, as YAML has them.
        case .address: return try self.address(text, column)
        case .bytes where text.hasPrefix("0x"): return try self.hex(text, expecting, column)
        case .hashed(.text):
            let hash = Keccak256.hash(text: text)
            return Typed(type: .hashed(.text), term: .constant(.bytes(hash.bytes)))
        default: return Typed(type: .text, term: .constant(.bytes(Array(text.utf8))))
        }
    }

    /// The items of a list of the configuration, as values of a type.
    func constants(
        _ list: EventList, _ type: ConditionType, _ column: Int
    ) throws(ConditionFault) -> Set<ConditionValue> {
        var values: Set<ConditionValue> = []
        for item in list.items {
            switch (type, item.value) {
            case (.address, .address(let address)): values.insert(.address(address))
            case (.integer, .integer(let value)): values.insert(.integer(ExactInteger(value)))
            case (.text, .text(let text)): values.insert(.bytes(Array(text.utf8)))
            case (.hashed(.text), .text(let text)):
                values.insert(.bytes(Keccak256.hash(text: text).bytes))
            case (.bytes, .text(let text)) where text.hasPrefix("0x"):
                guard case .constant(let value) = try self.hex(text, type, column).term else {
                    continue
                }
                values.insert(value)
            default:
                throw ConditionFault(
                    column,
                    "list \(list.name.quoted) holds \(item.value.kind) \(item.text.quoted), and "
                        + "what is looked for is \(type.name)")
            }
        }
        return values
    }

    // MARK: Names

    private func path(
        _ name: String, _ steps: [ConditionSyntax.Step], _ column: Int
    ) throws(ConditionFault) -> Typed {
        if let field = self.scope.field(name, steps) {
            return Typed(type: field.type, term: .field(field))
        }
        switch self.scope.meaning(of: name) {
        case .argument(let index): return try self.argument(index, steps)
        case .contract(let address):
            guard steps.isEmpty else {
                throw ConditionFault(column, "contract \(name.quoted) stands for its address alone")
            }
            return Typed(type: .address, term: .constant(.address(address)))
        case .list(let list):
            throw ConditionFault(
                column, "\(list.name.quoted) is a list", advice: "lists stand behind in")
        case .unknown: throw self.scope.unknown(name, column)
        }
    }

    private func argument(
        _ index: Int, _ steps: [ConditionSyntax.Step]
    ) throws(ConditionFault) -> Typed {
        var type = ConditionType(self.scope.event.event.inputs[index])
        var shown = self.scope.event.names[index]
        var path: [Int] = []
        for (number, step) in steps.enumerated() {
            let isLast = number == steps.count - 1
            switch (step, type) {
            case (.member("length", _), .list), (.member("length", _), .text),
                (.member("length", _), .bytes):
                guard isLast else { throw Self.tooFar(steps[number + 1], "length") }
                return Typed(type: .integer, term: .length(.argument(index, path: path)))
            case (.member(let name, let column), .tuple(let components)):
                let names = components.indices.map { components[$0].label($0) }
                guard let place = names.firstIndex(of: name) else {
                    throw ConditionFault(
                        column, "\(shown) has no member \(name.quoted)",
                        advice: Suggestion.advice(for: name, among: names, kind: "its members"))
                }
                path.append(place)
                type = ConditionType(components[place].type)
                shown += ".\(name)"
            case (.element(let place, _), .list(let element)):
                path.append(place)
                type = element
                shown += "[\(place)]"
            case (.member(let name, let column), _):
                throw ConditionFault(
                    column, "\(shown) is \(type.name) and has no member \(name.quoted)")
            case (.element(_, let column), _):
                throw ConditionFault(column, "\(shown) is \(type.name) and has no elements")
            }
        }
        return Typed(type: type, term: .argument(index, path: path), path: shown)
    }

    private static func tooFar(_ step: ConditionSyntax.Step, _ what: String) -> ConditionFault {
        switch step {
        case .member(_, let column), .element(_, let column):
            ConditionFault(column, "\(what) is an integer and has no members")
        }
    }
}
