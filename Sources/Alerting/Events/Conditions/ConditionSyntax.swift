// Weir
// SPDX-License-Identifier: Apache-2.0

/// A part of a condition as it was written, with its place. Nothing is known of types yet.
struct ConditionSyntax: Sendable, Hashable {
    /// From 1, in Unicode scalars: where the part begins, or where its operator stands.
    let column: Int
    let kind: Kind

    indirect enum Kind: Sendable, Hashable {
        case number(ConditionNumber, unit: Unit?)
        /// `0x…`: an address, bytes or a number, as what it is compared with has it.
        case hex(String)
        case text(String)
        case flag(Bool)
        case list([ConditionSyntax])
        /// `order.amount`, `targets[0]`, `targets.length`.
        case path(String, [Step])
        case negated(ConditionSyntax)
        case sum([Term])
        case product([ConditionSyntax])
        case not(ConditionSyntax)
        case all([ConditionSyntax])
        case any([ConditionSyntax])
        case comparison(Comparison, ConditionSyntax, ConditionSyntax)
        /// `any targets in treasuries`: the comparison holds for one element, or for all.
        case quantified(isAll: Bool, Comparison, list: ConditionSyntax, ConditionSyntax)
    }

    /// The unit behind a number.
    struct Unit: Sendable, Hashable {
        let name: String
        let column: Int
    }

    struct Term: Sendable, Hashable {
        let isSubtracted: Bool
        let value: ConditionSyntax
    }

    enum Step: Sendable, Hashable {
        case member(String, column: Int)
        case element(Int, column: Int)
    }

    /// What is compared how.
    enum Comparison: String, Sendable, Hashable {
        case equal = "=="
        case notEqual = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
        case isIn = "in"
        case isNotIn = "not in"
        case contains
        case startsWith
        case endsWith
        case matches
        case matchesNot = "not matches"

        /// Whether only integers are compared so.
        var isOrder: Bool {
            switch self {
            case .less, .lessOrEqual, .greater, .greaterOrEqual: true
            default: false
            }
        }
    }

    /// Whether the part is a literal: what it means depends on what it is compared with.
    var isLiteral: Bool {
        switch self.kind {
        case .number, .hex, .text, .flag, .list: true
        case .negated(let value): value.isLiteral
        case .sum(let terms): terms.allSatisfy(\.value.isLiteral)
        case .product(let factors): factors.allSatisfy(\.isLiteral)
        default: false
        }
    }
}
