// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
import EVMABI
import EVMPrimitives
import PromQL

/// A condition that was checked against one event.
struct CheckedCondition: Sendable {
    var program: ConditionProgram
    /// The units of arguments that are compared with amounts, by their paths: texts show the
    /// arguments so.
    var units: [String: String] = [:]
}

/// Gives the parts of a condition their types, and says what does not fit.
struct ConditionChecker {
    let scope: ConditionScope
    private(set) var units: [String: String] = [:]

    struct Typed {
        var type: ConditionType
        var term: ConditionTerm
        /// The argument's path, for its unit.
        var path: String?
        /// The unit of an amount.
        var symbol: String?
    }

    private init(_ scope: ConditionScope) {
        self.scope = scope
    }

    static func check(
        _ syntax: ConditionSyntax, in scope: ConditionScope
    ) throws(ConditionFault) -> CheckedCondition {
        var checker = ConditionChecker(scope)
        let program = try checker.program(syntax)
        return CheckedCondition(program: program, units: checker.units)
    }

    // MARK: Truth

    mutating func program(
        _ syntax: ConditionSyntax
    ) throws(ConditionFault) -> ConditionProgram {
        switch syntax.kind {
        case .all(let parts): return .all(try self.programs(parts))
        case .any(let parts): return .any(try self.programs(parts))
        case .not(let part): return .not(try self.program(part))
        case .comparison(let comparison, let left, let right):
            return try self.comparison(comparison, left, right, syntax.column)
        case .quantified(let isAll, let comparison, let list, let right):
            return try self.quantified(isAll, comparison, list, right, syntax.column)
        default:
            let typed = try self.typed(syntax, expecting: .flag)
            guard typed.type == .flag else {
                throw ConditionFault(
                    syntax.column, "expected a condition, found \(typed.type.name)",
                    advice: "compare it with something")
            }
            return .truth(typed.term)
        }
    }

    private mutating func programs(
        _ parts: [ConditionSyntax]
    ) throws(ConditionFault) -> [ConditionProgram] {
        var programs: [ConditionProgram] = []
        for part in parts { programs.append(try self.program(part)) }
        return programs
    }

    private mutating func quantified(
        _ isAll: Bool, _ comparison: ConditionSyntax.Comparison, _ list: ConditionSyntax,
        _ right: ConditionSyntax, _ column: Int
    ) throws(ConditionFault) -> ConditionProgram {
        let typed = try self.typed(list, expecting: nil)
        guard case .list(let element) = typed.type else {
            throw ConditionFault(
                list.column, "any and all look at a list, and this is \(typed.type.name)")
        }
        let left = Typed(type: element, term: .element, path: typed.path.map { $0 + "[]" })
        let program = try self.compared(comparison, left, list.column, right, column)
        return .quantified(isAll: isAll, list: typed.term, program)
    }

    private mutating func comparison(
        _ comparison: ConditionSyntax.Comparison, _ left: ConditionSyntax,
        _ right: ConditionSyntax, _ column: Int
    ) throws(ConditionFault) -> ConditionProgram {
        guard !left.isLiteral || !right.isLiteral else {
            throw ConditionFault(
                left.column, "two constants are compared",
                advice: "name an argument: \(self.scope.event.names.joined(separator: ", "))")
        }
        guard left.isLiteral else {
            let typed = try self.typed(left, expecting: nil)
            return try self.compared(comparison, typed, left.column, right, column)
        }
        // What a literal is depends on the other side: `0x… == node`, `Treasury in targets`.
        let other = try self.typed(right, expecting: nil)
        var wanted = other.type
        if comparison == .isIn || comparison == .isNotIn, case .list(let element) = other.type {
            wanted = element
        }
        let typed = try self.typed(left, expecting: wanted)
        return try self.compared(comparison, typed, left.column, right, column)
    }

    private mutating func compared(
        _ comparison: ConditionSyntax.Comparison, _ left: Typed, _ place: Int,
        _ right: ConditionSyntax, _ column: Int
    ) throws(ConditionFault) -> ConditionProgram {
        switch comparison {
        case .isIn, .isNotIn:
            let program = try self.membership(left, right, column)
            return comparison == .isIn ? program : .not(program)
        case .contains:
            if case .list(let element) = left.type {
                let item = try self.operand(right, like: element, column)
                return .has(list: left.term, element: item.term)
            }
            return .search(.contains, left.term, try self.part(of: left, right, column).term)
        case .startsWith:
            return .search(.startsWith, left.term, try self.part(of: left, right, column).term)
        case .endsWith:
            return .search(.endsWith, left.term, try self.part(of: left, right, column).term)
        case .matches, .matchesNot:
            let program = ConditionProgram.matches(
                left.term, try self.pattern(left, right, column))
            return comparison == .matches ? program : .not(program)
        case .equal, .notEqual:
            let other = try self.operand(right, like: left.type, column)
            self.note(left, other)
            let program = ConditionProgram.equal(left.term, other.term)
            return comparison == .equal ? program : .not(program)
        case .less, .lessOrEqual, .greater, .greaterOrEqual:
            guard left.type == .integer else {
                throw ConditionFault(
                    place,
                    "\(comparison.rawValue) compares integers, and this is "
                        + left.type.name)
            }
            let other = try self.operand(right, like: .integer, column)
            self.note(left, other)
            return .order(Self.order(comparison), left.term, other.term)
        }
    }

    private static func order(
        _ comparison: ConditionSyntax.Comparison
    ) -> ConditionProgram.Order {
        switch comparison {
        case .less: .less
        case .lessOrEqual: .lessOrEqual
        case .greater: .greater
        default: .greaterOrEqual
        }
    }

    /// Remembers the unit of an argument that is compared with an amount.
    private mutating func note(_ left: Typed, _ right: Typed) {
        if let path = left.path, let symbol = right.symbol { self.units[path] = symbol }
        if let path = right.path, let symbol = left.symbol { self.units[path] = symbol }
    }

    /// The right side of a comparison, of the left side's type.
    private mutating func operand(
        _ syntax: ConditionSyntax, like type: ConditionType, _ column: Int
    ) throws(ConditionFault) -> Typed {
        switch type {
        case .list, .tuple, .lost:
            throw ConditionFault(
                column, "nothing is equal to a value that is \(type.name)",
                advice: "compare an element or a member of it")
        default: break
        }
        let other = try self.typed(syntax, expecting: type)
        guard other.type.matches(type) else {
            throw ConditionFault(
                syntax.column, "expected \(type.name), found \(other.type.name)")
        }
        return other
    }

    private mutating func membership(
        _ left: Typed, _ right: ConditionSyntax, _ column: Int
    ) throws(ConditionFault) -> ConditionProgram {
        if case .list(let items) = right.kind {
            var constants: Set<ConditionValue> = []
            var others: [ConditionTerm] = []
            for item in items {
                let typed = try self.operand(item, like: left.type, item.column)
                self.note(left, typed)
                if case .constant(let value) = typed.term {
                    constants.insert(value)
                } else {
                    others.append(typed.term)
                }
            }
            guard !items.isEmpty else {
                throw ConditionFault(right.column, "nothing is in an empty list")
            }
            return .oneOf(left.term, constants, others)
        }
        if case .path(let name, []) = right.kind,
            case .list(let list) = self.scope.meaning(of: name)
        {
            return .oneOf(left.term, try self.constants(list, left.type, right.column), [])
        }
        let typed = try self.typed(right, expecting: nil)
        guard case .list(let element) = typed.type else {
            throw ConditionFault(
                right.column, "expected a list, found \(typed.type.name)",
                advice: "write [a, b], or the name of a list")
        }
        guard left.type.matches(element) else {
            throw ConditionFault(
                column, "\(left.type.name) is never in a list of which each is \(element.name)")
        }
        return .has(list: typed.term, element: left.term)
    }

    /// What is searched in a text or in bytes.
    private mutating func part(
        of left: Typed, _ right: ConditionSyntax, _ column: Int
    ) throws(ConditionFault) -> Typed {
        switch left.type {
        case .text: return try self.operand(right, like: .text, column)
        case .bytes: return try self.operand(right, like: .bytes(nil), column)
        default:
            throw ConditionFault(
                column,
                "only texts, bytes and lists are searched, and this is "
                    + left.type.name)
        }
    }

    private func pattern(
        _ left: Typed, _ right: ConditionSyntax, _ column: Int
    ) throws(ConditionFault) -> RegularExpression {
        guard left.type == .text else {
            throw ConditionFault(column, "only texts are matched, and this is \(left.type.name)")
        }
        guard case .text(let pattern) = right.kind else {
            throw ConditionFault(right.column, "a pattern is a text in quotes")
        }
        do {
            return try RegularExpression(anchored: pattern)
        } catch {
            throw ConditionFault(
                right.column, "\(pattern.quoted) is no regular expression: \(error)",
                advice: "the syntax is that of RE2, and the whole text must match")
        }
    }
}
