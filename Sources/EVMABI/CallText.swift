// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

/// How people read a token's amounts.
package struct TokenUnit: Sendable, Hashable {
    /// Shown as the token's name: give those only that the configuration trusts, since anyone can
    /// deploy a token with any symbol.
    package var symbol: String
    package var decimals: UInt8

    package init(symbol: String, decimals: UInt8) {
        self.symbol = symbol
        self.decimals = decimals
    }

    /// The native currency of most chains.
    package static let ether = TokenUnit(symbol: "ETH", decimals: 18)
}

/// Calls of proposals and Safes as one readable line each:
/// `FAB.transfer(to: treasury, amount: 1,000 FAB)`.
///
/// The target is shown by its alias, its token's symbol or its whole address; a short form would
/// let another address pass for it. A function comes from the target's own ABI, from the
/// signature beside the call, or from a table of standard functions whose arguments must then
/// decode strictly; what is not known is shown as `0x12345678(… 68 bytes)`. Amounts are exact.
/// Strings of the chain are cleaned, and all is bounded: nothing that a proposer writes makes the
/// line long, several, or another one than it is.
package struct CallText: Sendable {
    /// What bounds a text.
    package struct Limits: Sendable, Hashable {
        /// Scalars of one call without those that it carries.
        package var callLength = 300
        /// Scalars of one line, carried calls included.
        package var lineLength = 1500
        /// Calls of a list that are shown; the others are counted.
        package var calls = 20
        /// How deep calls within calls are read.
        package var depth = 3
        /// Bytes of call data that are decoded.
        package var dataBytes = 1 << 17

        package init() {}
    }

    package var catalog: FunctionCatalog
    package var tokens: [Address: TokenUnit]
    package var native: TokenUnit
    package var limits: Limits

    package init(
        _ catalog: FunctionCatalog, tokens: [Address: TokenUnit] = [:],
        native: TokenUnit = .ether, limits: Limits = Limits()
    ) {
        self.catalog = catalog
        self.tokens = tokens
        self.native = native
        self.limits = limits
    }

    /// One call.
    package func line(_ call: ContractCall) -> String {
        var budget = 4 * self.limits.calls
        return SafeText.shortened(
            self.text(of: call, depth: 0, budget: &budget), limit: self.limits.lineLength)
    }

    /// One line a call, then how many more there are.
    package func lines(_ calls: [ContractCall]) -> [String] {
        var lines = calls.prefix(self.limits.calls).map { self.line($0) }
        if calls.count > lines.count { lines.append("… and \(calls.count - lines.count) more") }
        return lines
    }

    /// The calls of a proposal as its event lists them; `signatures` is empty for governors without.
    ///
    /// Lists of different lengths, which no governor executes, are said to be so, and nothing of
    /// them is put together.
    package func lines(
        targets: [Address], values: [U256], signatures: [[UInt8]] = [], calldatas: [[UInt8]]
    ) -> [String] {
        let count = targets.count
        guard values.count == count, calldatas.count == count,
            signatures.isEmpty || signatures.count == count
        else {
            let signed = signatures.isEmpty ? "" : "\(signatures.count) signatures, "
            return [
                "no list of calls: \(count) targets, \(values.count) values, \(signed)"
                    + "\(calldatas.count) calldatas"
            ]
        }
        // Only what is shown is put together.
        let shown = (0..<min(count, self.limits.calls)).map { index in
            ContractCall(
                target: targets[index], value: values[index],
                signature: signatures.isEmpty ? [] : signatures[index], data: calldatas[index])
        }
        var lines = self.lines(shown)
        if count > shown.count { lines.append("… and \(count - shown.count) more") }
        return lines
    }

    /// The same from decoded arguments of an event: `address[]`, `uint256[]`, `string[]` or nil, and
    /// `bytes[]`. What is of another type leaves its list short.
    package func lines(
        targets: ABIValue, values: ABIValue, signatures: ABIValue? = nil, calldatas: ABIValue
    ) -> [String] {
        func items<Item>(_ list: ABIValue?, _ read: (ABIValue) -> Item?) -> [Item] {
            guard case .array(let values)? = list else { return [] }
            return values.compactMap(read)
        }
        func bytes(_ value: ABIValue) -> [UInt8]? {
            switch value {
            case .bytes(let bytes), .string(let bytes): bytes
            default: nil
            }
        }
        return self.lines(
            targets: items(targets) { value in
                guard case .address(let address) = value else { return nil }
                return address
            },
            values: items(values) { value in
                guard case .uint(let amount) = value else { return nil }
                return amount
            }, signatures: items(signatures, bytes), calldatas: items(calldatas, bytes))
    }

    // MARK: One call

    /// - Parameter budget: how many calls may still be written.
    private func text(of call: ContractCall, depth: Int, budget: inout Int) -> String {
        budget -= 1
        let name = self.name(of: call.target)
        let prefix = call.isDelegate ? "delegatecall " : ""
        guard let selector = call.selector else {
            guard call.data.isEmpty else {
                return prefix + name + ".fallback" + self.option(call) + "("
                    + SafeText.hex(call.data) + ")"
            }
            return call.value.isZero
                ? "\(prefix)call \(name) without data"
                : "\(prefix)send \(self.amount(call.value, self.native)) to \(name)"
        }
        let bytes = "(… \(call.arguments.count) bytes)"
        guard let found = self.function(call, selector) else {
            let unread =
                call.signature.isEmpty
                ? "" : " " + SafeText.quoted(utf8: call.signature, limit: 80)
            return prefix + name + "." + Hex.encode(selectorBytes(selector))
                + self.option(call) + unread + bytes
        }
        let head =
            prefix + name + "." + SafeText.cleaned(found.function.name, limit: 64)
            + self.option(call)
        guard let values = found.values else { return head + bytes }
        if let carried = CarriedCalls(found.function, values, of: call) {
            return head
                + self.text(of: carried, found.function, values, call, depth, &budget)
        }
        var parts = self.arguments(found.function, values, of: call)
        if let more = self.excess(found.function, values, call) {
            parts.append("… \(more) bytes more")
        }
        return SafeText.shortened(
            head + "(" + parts.joined(separator: ", ") + ")", limit: self.limits.callLength)
    }

    /// The native value that a call sends along.
    private func option(_ call: ContractCall) -> String {
        call.value.isZero ? "" : "{value: \(self.amount(call.value, self.native))}"
    }

    /// The calls within a call, and what stands beside them.
    private func text(
        of carried: CarriedCalls, _ function: ABIFunction, _ values: [ABIValue],
        _ call: ContractCall, _ depth: Int, _ budget: inout Int
    ) -> String {
        var inner: [String] = []
        for (index, item) in carried.calls.enumerated() {
            guard index < self.limits.calls, depth < self.limits.depth, budget > 0 else {
                let left = carried.calls.count - index
                inner.append(index == 0 ? "… \(left) calls" : "… and \(left) more")
                break
            }
            inner.append(self.text(of: item, depth: depth + 1, budget: &budget))
        }
        if let fault = carried.fault { inner.append("malformed: \(fault)") }
        let list = inner.joined(separator: "; ")
        var parts = [carried.isList ? "[\(list)]" : list]
        for index in carried.shown where values.indices.contains(index) {
            let unit = index == carried.seconds ? " s" : ""
            let text = self.argument(function, values, index, of: call)
            parts.append(SafeText.shortened(text, limit: 100) + unit)
        }
        return "(" + parts.joined(separator: ", ") + ")"
    }

    // MARK: Functions

    /// The function of a call and its decoded arguments, nil where they are not those of the
    /// function.
    private func function(
        _ call: ContractCall, _ selector: UInt32
    ) -> (function: ABIFunction, values: [ABIValue]?)? {
        if let own = self.catalog.function(at: call.target, selector: selector) {
            return (own, self.decode(own, call, .event))
        }
        if let signed = Self.signedFunction(call.signature) {
            let standard = StandardFunctions.function(selector)
            let function = standard?.signature == signed.signature ? standard ?? signed : signed
            return (function, self.decode(function, call, .event))
        }
        // A selector alone proves little: another function may share it.
        guard let standard = StandardFunctions.function(selector),
            let values = self.decode(standard, call, .strict)
        else { return nil }
        return (standard, values)
    }

    /// The function that a signature names, where it is in the canonical form: the contract hashes
    /// the text as it is, and with another form it calls something else.
    private static func signedFunction(_ signature: [UInt8]) -> ABIFunction? {
        guard !signature.isEmpty, signature.count <= 256,
            let text = String(validating: signature, as: UTF8.self),
            let function = try? HumanABI.parseFunction(text), function.signature == text
        else { return nil }
        return function
    }

    private func decode(
        _ function: ABIFunction, _ call: ContractCall, _ rules: DecodingRules
    ) -> [ABIValue]? {
        guard call.arguments.count <= self.limits.dataBytes else { return nil }
        return try? ABILayout(function.inputs).decode(Array(call.arguments), rules: rules)
    }

    /// How many bytes stand behind the arguments.
    private func excess(
        _ function: ABIFunction, _ values: [ABIValue], _ call: ContractCall
    ) -> Int? {
        guard let size = try? ABIEncoder.encode(function.inputs.map(\.type), values).count,
            size < call.arguments.count
        else { return nil }
        return call.arguments.count - size
    }
}
