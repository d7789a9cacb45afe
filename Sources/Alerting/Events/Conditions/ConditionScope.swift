// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
import EVMABI
import EVMPrimitives

/// What every event has besides its arguments.
enum EventField: String, Sendable, Hashable, CaseIterable {
    case transactionHash = "tx.hash"
    case blockNumber = "block.number"
    /// Seconds since 1970.
    case blockTime = "block.time"
    case blockHash = "block.hash"
    case logIndex = "log.index"
    /// The contract's name in the configuration.
    case contract
    case contractAddress = "contract.address"
    case event
    case chain

    var type: ConditionType {
        switch self {
        case .transactionHash, .blockHash: .bytes(32)
        case .blockNumber, .blockTime, .logIndex: .integer
        case .contract, .event, .chain: .text
        case .contractAddress: .address
        }
    }
}

/// What the names in a condition stand for: the arguments of one event, what every event has, lists
/// and contracts of the configuration, units.
///
/// An argument comes before anything else of its name; `arg0`, `arg1` … name arguments by position.
struct ConditionScope {
    let event: EventLayout
    let chain: EventSources.Chain
    let lists: [EventList]
    /// Whether a token must have its decimals: they may not have been read from the chain yet.
    let needsDecimals: Bool

    /// What a name without members stands for.
    enum Meaning {
        case argument(Int)
        case list(EventList)
        case contract(Address)
        case unknown
    }

    func meaning(of name: String) -> Meaning {
        if let index = self.event.parameterIndex(named: name) { return .argument(index) }
        if let list = self.lists.first(where: { $0.name == name }) { return .list(list) }
        let contract = self.chain.catalog.contracts.first { $0.alias == name }
        if let address = contract?.address { return .contract(address) }
        return .unknown
    }

    /// The field that a path names; nil where an argument of that name comes before it.
    func field(_ name: String, _ steps: [ConditionSyntax.Step]) -> EventField? {
        var path = name
        switch steps.first {
        case nil: break
        case .member(let member, _) where steps.count == 1: path += ".\(member)"
        default: return nil
        }
        guard let field = EventField(rawValue: path) else { return nil }
        guard let index = self.event.parameterIndex(named: name) else { return field }
        // An argument of one word has no members, so that `block.number` stays what it is.
        if steps.isEmpty { return nil }
        if case .tuple = self.event.event.inputs[index].type { return nil }
        return field
    }

    /// What a message says of a name that stands for nothing.
    func unknown(_ name: String, _ column: Int) -> ConditionFault {
        let others =
            EventField.allCases.map(\.rawValue) + self.lists.map(\.name)
            + self.chain.catalog.contracts.filter { $0.address != nil }.map(\.alias)
        let advice =
            Suggestion.nearest(to: name, among: self.event.names + others)
            .map { "did you mean \"\($0)\"?" }
            ?? Suggestion.advice(for: name, among: self.event.names, kind: "its arguments")
            ?? "it has no arguments at all"
        return ConditionFault(
            column, "\(self.event.name) has no argument \(name.quoted)", advice: advice)
    }

    // MARK: Units

    private static let units: [(names: [String], decimals: Int, seconds: UInt64)] = [
        (["wei"], 0, 1), (["gwei"], 9, 1), (["ether"], 18, 1),
        (["second", "seconds"], 0, 1), (["minute", "minutes"], 0, 60),
        (["hour", "hours"], 0, 3600), (["day", "days"], 0, 86_400),
        (["week", "weeks"], 0, 604_800),
    ]

    /// What a number in a unit is: how many decimals, times how much. The decimals are nil where
    /// they are not known yet.
    struct Scale {
        var decimals: UInt8?
        var factor: UInt64 = 1
        /// The unit in which what is compared is shown; nil for a time.
        var symbol: String?
    }

    func scale(_ unit: ConditionSyntax.Unit) throws(ConditionFault) -> Scale {
        if let token = self.chain.tokens.first(where: { $0.symbol == unit.name }) {
            guard token.decimals != nil || !self.needsDecimals else {
                throw ConditionFault(
                    unit.column, "the decimals of \(unit.name.quoted) are not known",
                    advice: "write decimals in its section under tokens")
            }
            return Scale(decimals: token.decimals, symbol: token.symbol)
        }
        if let known = Self.units.first(where: { $0.names.contains(unit.name) }) {
            let isTime = known.decimals == 0 && unit.name != "wei"
            return Scale(
                decimals: UInt8(known.decimals), factor: known.seconds,
                symbol: isTime ? nil : unit.name)
        }
        let names = self.chain.tokens.map(\.symbol) + Self.units.flatMap(\.names)
        throw ConditionFault(
            unit.column, "chain \(self.chain.name) has no token \(unit.name.quoted)",
            advice: Suggestion.nearest(to: unit.name, among: names)
                .map { "did you mean \"\($0)\"?" } ?? "declare it under tokens")
    }

    /// The exact value of a number: a whole one in its unit.
    func value(
        _ number: ConditionNumber, _ unit: ConditionSyntax.Unit?, _ column: Int
    ) throws(ConditionFault) -> (value: ExactInteger, symbol: String?) {
        guard let unit else {
            guard number.exponent >= 0 else {
                throw ConditionFault(
                    column, "an amount with a fraction needs a unit",
                    advice: "such as 1.5 ether")
            }
            return (number.mantissa.timesPowerOfTen(number.exponent), nil)
        }
        let scale = try self.scale(unit)
        // Known later: the value is looked at again then.
        guard let decimals = scale.decimals else { return (.zero, scale.symbol) }
        let shift = Int(decimals) + number.exponent
        guard shift >= 0 else {
            throw ConditionFault(
                column,
                "\(-number.exponent) digits behind the point, and \(unit.name) has \(decimals)",
                advice: "write fewer")
        }
        return (
            number.mantissa.timesPowerOfTen(shift) * ExactInteger(scale.factor), scale.symbol
        )
    }
}
