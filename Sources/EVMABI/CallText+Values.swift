// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMPrimitives

extension CallText {
    /// Elements of an array that are shown.
    private static let elementLimit = 4
    /// Arguments of a function and components of a tuple that are shown.
    private static let partLimit = 16

    /// What an address is called: its alias, its token's symbol, or the whole of it.
    func name(of address: Address) -> String {
        if let alias = self.catalog.alias(of: address) {
            return SafeText.cleaned(alias, limit: 64)
        }
        if let token = self.tokens[address] { return SafeText.cleaned(token.symbol, limit: 32) }
        return "\(address)"
    }

    /// An exact amount in units that people read.
    func amount(_ value: U256, _ unit: TokenUnit) -> String {
        SafeText.grouped(value.scaledText(decimals: unit.decimals)) + " "
            + SafeText.cleaned(unit.symbol, limit: 32)
    }

    /// All arguments, as `name: value`.
    func arguments(
        _ function: ABIFunction, _ values: [ABIValue], of call: ContractCall
    ) -> [String] {
        var parts: [String] = []
        for index in values.indices {
            guard index < Self.partLimit else {
                parts.append("… and \(values.count - index) more")
                break
            }
            parts.append(self.argument(function, values, index, of: call))
        }
        return parts
    }

    /// One argument, as `name: value`; the value alone where it has no name.
    func argument(
        _ function: ABIFunction, _ values: [ABIValue], _ index: Int, of call: ContractCall
    ) -> String {
        guard function.inputs.indices.contains(index), values.indices.contains(index) else {
            return ""
        }
        let name = Self.parameterName(function, index)
        let label = Self.label(name)
        let plain = Self.normalized(name)
        switch values[index] {
        case .uint(let value):
            guard let unit = self.unit(plain, function, values, of: call) else {
                return label + "\(value)"
            }
            if value == .max, function.name == "approve" {
                return label + "unlimited " + SafeText.cleaned(unit.symbol, limit: 32)
            }
            return label + self.amount(value, unit)
        case .bytes(let bytes) where plain == "role" && bytes.count == 32:
            let role = U256(bigEndian: bytes).flatMap { StandardFunctions.role($0) }
            return label + (role ?? SafeText.hex(bytes))
        default:
            return label + self.value(values[index], function.inputs[index].type)
        }
    }

    private func value(_ value: ABIValue, _ type: ABIType) -> String {
        switch value {
        case .uint(let number): "\(number)"
        case .int(let number): "\(number)"
        case .address(let address): self.name(of: address)
        case .bool(let flag): flag ? "true" : "false"
        case .bytes(let bytes): SafeText.hex(bytes)
        case .string(let utf8): SafeText.quoted(utf8: utf8, limit: 80)
        case .hash(let hash): "\(hash)"
        case .array(let items): self.list(items, type)
        case .tuple(let items): self.tuple(items, type)
        }
    }

    private func list(_ items: [ABIValue], _ type: ABIType) -> String {
        let element: ABIType
        switch type {
        case .array(let inner), .fixedArray(let inner, _): element = inner
        default: return "[]"
        }
        var parts = items.prefix(Self.elementLimit).map { self.value($0, element) }
        if items.count > parts.count { parts.append("… and \(items.count - parts.count) more") }
        return "[" + parts.joined(separator: ", ") + "]"
    }

    private func tuple(_ items: [ABIValue], _ type: ABIType) -> String {
        guard case .tuple(let components) = type else { return "()" }
        var parts: [String] = []
        for (component, item) in zip(components, items).prefix(Self.partLimit) {
            parts.append(Self.label(component.name) + self.value(item, component.type))
        }
        if items.count > parts.count { parts.append("… and \(items.count - parts.count) more") }
        return "(" + parts.joined(separator: ", ") + ")"
    }

    // MARK: Amounts

    /// Names of arguments that count a token's smallest units.
    private static let amountNames: Set<String> = ["amount", "wad", "amt", "shares"]

    /// Names that do so in standard functions, or beside an argument that says which token it is.
    private static let valueNames: Set<String> = [
        "value", "rawamount", "addedvalue", "subtractedvalue",
    ]

    /// Names of arguments that say which token another argument counts.
    private static let tokenNames: Set<String> = [
        "token", "asset", "currency", "erc20", "tokenaddress", "paymenttoken",
    ]

    /// In what an argument of that name is counted: the target where it is a token, else the token
    /// that another argument names, of which the zero address is the native currency.
    private func unit(
        _ name: String, _ function: ABIFunction, _ values: [ABIValue], of call: ContractCall
    ) -> TokenUnit? {
        let isAmount = Self.amountNames.contains(name)
        guard isAmount || Self.valueNames.contains(name) else { return nil }
        if let unit = self.tokens[call.target] {
            let standard = StandardFunctions.function(function.selector)
            return isAmount || standard?.signature == function.signature ? unit : nil
        }
        for (index, value) in values.enumerated() {
            guard case .address(let address) = value,
                Self.tokenNames.contains(Self.normalized(Self.parameterName(function, index)))
            else { continue }
            return address == .zero ? self.native : self.tokens[address]
        }
        return nil
    }

    /// The name of a parameter; that of the standard function where the ABI leaves it out.
    private static func parameterName(_ function: ABIFunction, _ index: Int) -> String {
        guard function.inputs.indices.contains(index) else { return "" }
        let name = function.inputs[index].name
        if !name.isEmpty { return name }
        guard let standard = StandardFunctions.function(function.selector),
            standard.signature == function.signature
        else { return "" }
        return standard.inputs[index].name
    }

    /// What stands before a value: the name without underscores at its ends.
    private static func label(_ name: String) -> String {
        var bare = name[...]
        while bare.first == "_" { bare.removeFirst() }
        while bare.last == "_" { bare.removeLast() }
        return bare.isEmpty ? "" : SafeText.cleaned(String(bare), limit: 40) + ": "
    }

    /// `_amount`, `amount_` and `Amount` are `amount`.
    private static func normalized(_ name: String) -> String {
        String(name.lowercased().filter { $0 != "_" })
    }
}
