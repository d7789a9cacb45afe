// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMABI
import EVMPrimitives
import PromQL

/// A value that a condition reads or computes.
indirect enum ConditionTerm: Sendable {
    case constant(ConditionValue)
    /// An argument, or a component or element within it.
    case argument(Int, path: [Int])
    /// The element that `any` and `all` look at.
    case element
    case field(EventField)
    case length(ConditionTerm)
    case negated(ConditionTerm)
    case sum([(isSubtracted: Bool, term: ConditionTerm)])
    case product([ConditionTerm])
    /// A condition as a value: `paused == (reason == "")`.
    case truth(ConditionProgram)
}

/// A condition whose types have been checked.
///
/// What has no value, such as the third element of a list of two, makes a comparison neither true nor
/// false; `and`, `or` and `not` carry that on as Kleene's logic does, and a rule whose condition is
/// not true does not fire.
indirect enum ConditionProgram: Sendable {
    enum Order: Sendable { case less, lessOrEqual, greater, greaterOrEqual }
    enum Search: Sendable { case contains, startsWith, endsWith }

    case truth(ConditionTerm)
    case not(ConditionProgram)
    case all([ConditionProgram])
    case any([ConditionProgram])
    case equal(ConditionTerm, ConditionTerm)
    case order(Order, ConditionTerm, ConditionTerm)
    /// One of constants, or equal to one of other terms.
    case oneOf(ConditionTerm, Set<ConditionValue>, [ConditionTerm])
    /// Whether a list has an element.
    case has(list: ConditionTerm, element: ConditionTerm)
    case search(Search, ConditionTerm, ConditionTerm)
    case matches(ConditionTerm, RegularExpression)
    case quantified(isAll: Bool, list: ConditionTerm, ConditionProgram)
}

/// One event, as conditions and texts see it.
struct EventContext: Sendable {
    var values: [ABIValue]
    var contract: String
    var event: String
    var chain: String
    var address: Address
    var transactionHash: Hash256
    var blockNumber: UInt64
    var blockHash: Hash256
    /// Seconds since 1970.
    var blockTime: UInt64
    var logIndex: UInt32

    fileprivate func value(_ field: EventField) -> ConditionValue {
        switch field {
        case .transactionHash: .bytes(self.transactionHash.bytes)
        case .blockNumber: .integer(ExactInteger(self.blockNumber))
        case .blockTime: .integer(ExactInteger(self.blockTime))
        case .blockHash: .bytes(self.blockHash.bytes)
        case .logIndex: .integer(ExactInteger(UInt64(self.logIndex)))
        case .contract: .bytes(Array(self.contract.utf8))
        case .contractAddress: .address(self.address)
        case .event: .bytes(Array(self.event.utf8))
        case .chain: .bytes(Array(self.chain.utf8))
        }
    }
}

extension ConditionTerm {
    /// Nil: there is no such value.
    func value(_ context: EventContext, element: ABIValue? = nil) -> ConditionValue? {
        switch self {
        case .constant(let value): return value
        case .argument(let index, let path):
            guard context.values.indices.contains(index) else { return nil }
            var value = context.values[index]
            for place in path {
                switch value {
                case .array(let items) where items.indices.contains(place),
                    .tuple(let items) where items.indices.contains(place):
                    value = items[place]
                default: return nil
                }
            }
            return ConditionValue(value)
        case .element: return element.flatMap { ConditionValue($0) }
        case .field(let field): return context.value(field)
        case .length(let term):
            switch term.value(context, element: element) {
            case .list(let items): return .integer(ExactInteger(UInt64(items.count)))
            case .bytes(let bytes): return .integer(ExactInteger(UInt64(bytes.count)))
            default: return nil
            }
        case .negated(let term):
            return term.integer(context, element).map { .integer(-$0) }
        case .sum(let terms):
            var sum = ExactInteger.zero
            for (isSubtracted, term) in terms {
                guard let value = term.integer(context, element) else { return nil }
                sum = isSubtracted ? sum - value : sum + value
            }
            return .integer(sum)
        case .product(let terms):
            var product = ExactInteger.one
            for term in terms {
                guard let value = term.integer(context, element) else { return nil }
                product = product * value
            }
            return .integer(product)
        case .truth(let program): return program.holds(context, element: element).map { .flag($0) }
        }
    }

    fileprivate func integer(_ context: EventContext, _ element: ABIValue?) -> ExactInteger? {
        guard case .integer(let value)? = self.value(context, element: element) else { return nil }
        return value
    }

    fileprivate func bytes(_ context: EventContext, _ element: ABIValue?) -> [UInt8]? {
        guard case .bytes(let value)? = self.value(context, element: element) else { return nil }
        return value
    }

    fileprivate func list(_ context: EventContext, _ element: ABIValue?) -> [ABIValue]? {
        guard case .list(let value)? = self.value(context, element: element) else { return nil }
        return value
    }
}

extension ConditionProgram {
    /// Whether the condition holds; nil where it is neither true nor false.
    func holds(_ context: EventContext, element: ABIValue? = nil) -> Bool? {
        switch self {
        case .truth(let term):
            guard case .flag(let flag)? = term.value(context, element: element) else { return nil }
            return flag
        case .not(let program): return program.holds(context, element: element).map { !$0 }
        case .all(let programs):
            return Self.all(programs) { $0.holds(context, element: element) }
        case .any(let programs):
            return Self.any(programs) { $0.holds(context, element: element) }
        case .equal(let left, let right):
            guard let one = left.value(context, element: element),
                let other = right.value(context, element: element)
            else { return nil }
            return one == other
        case .order(let order, let left, let right):
            guard let one = left.integer(context, element),
                let other = right.integer(context, element)
            else { return nil }
            switch order {
            case .less: return one < other
            case .lessOrEqual: return one <= other
            case .greater: return one > other
            case .greaterOrEqual: return one >= other
            }
        case .oneOf(let term, let constants, let others):
            guard let value = term.value(context, element: element) else { return nil }
            if constants.contains(value) { return true }
            return Self.any(others) { other in
                other.value(context, element: element).map { $0 == value }
            }
        case .has(let list, let term):
            guard let items = list.list(context, element),
                let value = term.value(context, element: element)
            else { return nil }
            return items.contains { ConditionValue($0) == value }
        case .search(let search, let left, let right):
            guard let bytes = left.bytes(context, element),
                let pattern = right.bytes(context, element)
            else { return nil }
            switch search {
            case .startsWith: return bytes.starts(with: pattern)
            case .endsWith: return bytes.suffix(pattern.count).elementsEqual(pattern)
            case .contains: return ByteSearch(pattern).isFound(in: bytes)
            }
        case .matches(let term, let pattern):
            guard let bytes = term.bytes(context, element) else { return nil }
            return pattern.matches(String(decoding: bytes, as: UTF8.self))
        case .quantified(let isAll, let list, let program):
            guard let items = list.list(context, element) else { return nil }
            return isAll
                ? Self.all(items) { program.holds(context, element: $0) }
                : Self.any(items) { program.holds(context, element: $0) }
        }
    }

    private static func all<Item>(_ items: [Item], _ holds: (Item) -> Bool?) -> Bool? {
        var result: Bool? = true
        for item in items {
            switch holds(item) {
            case false: return false
            case nil: result = nil
            default: continue
            }
        }
        return result
    }

    private static func any<Item>(_ items: [Item], _ holds: (Item) -> Bool?) -> Bool? {
        var result: Bool? = false
        for item in items {
            switch holds(item) {
            case true: return true
            case nil: result = nil
            default: continue
            }
        }
        return result
    }
}

/// Finds bytes within bytes in linear time (Knuth, Morris, Pratt): what is searched comes from the
/// chain and may be made to be slow.
struct ByteSearch {
    private let pattern: [UInt8]
    /// For each length of a match the length of its longest proper border.
    private let borders: [Int]

    init(_ pattern: [UInt8]) {
        var borders = [Int](repeating: 0, count: pattern.count)
        var length = 0
        for index in pattern.indices.dropFirst() {
            while length > 0, pattern[index] != pattern[length] { length = borders[length - 1] }
            if pattern[index] == pattern[length] { length += 1 }
            borders[index] = length
        }
        self.pattern = pattern
        self.borders = borders
    }

    func isFound(in bytes: [UInt8]) -> Bool {
        if self.pattern.isEmpty { return true }
        var length = 0
        for byte in bytes {
            while length > 0, byte != self.pattern[length] { length = self.borders[length - 1] }
            if byte == self.pattern[length] { length += 1 }
            if length == self.pattern.count { return true }
        }
        return false
    }
}
