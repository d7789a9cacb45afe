// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMABI
import EVMPrimitives
import GoTemplate

/// How an event's arguments are shown: amounts exact and in their units, addresses by their names or
/// whole (EIP-55), strings of the chain cleaned, everything bounded.
struct EventValueText: Sendable {
    /// Elements of a list that templates see.
    private static let elementLimit = 100
    private static let textLimit = 300

    let names: [Address: String]
    /// The units of integers by their paths: `amount`, `order.price`, `values[]`.
    let units: [String: TokenUnit]

    /// An exact amount: `-1,234.5 FAB`.
    static func amount(_ value: I256, _ unit: TokenUnit) -> String {
        (value.isNegative ? "-" : "") + self.amount(value.magnitude, unit)
    }

    static func amount(_ value: U256, _ unit: TokenUnit) -> String {
        SafeText.grouped(value.scaledText(decimals: unit.decimals)) + " "
            + SafeText.cleaned(unit.symbol, limit: 32)
    }

    func name(of address: Address) -> String {
        self.names[address].map { SafeText.cleaned($0, limit: 64) } ?? "\(address)"
    }

    /// One value in one line.
    func text(_ value: ABIValue, _ type: ABIType, path: String) -> String {
        switch value {
        case .uint(let word): self.units[path].map { Self.amount(word, $0) } ?? "\(word)"
        case .int(let word): self.units[path].map { Self.amount(word, $0) } ?? "\(word)"
        case .address(let address): self.name(of: address)
        case .bool(let flag): flag ? "true" : "false"
        case .bytes(let bytes): SafeText.hex(bytes)
        case .string(let utf8): Self.text(utf8)
        case .hash(let hash): "\(hash)"
        case .array(let items): self.list(items, type, path)
        case .tuple(let items): self.tuple(items, type, path)
        }
    }

    /// A string of the chain: cleaned and cut; hex where it is not UTF-8.
    private static func text(_ utf8: [UInt8]) -> String {
        // Four bytes hold any scalar: what is cut here would not be shown.
        let most = 4 * (Self.textLimit + 1)
        if utf8.count <= most {
            guard let text = String(validating: utf8, as: UTF8.self) else {
                return SafeText.hex(utf8)
            }
            return SafeText.cleaned(text, limit: Self.textLimit)
        }
        let text = String(decoding: utf8.prefix(most), as: UTF8.self)
        return SafeText.cleaned(text, limit: Self.textLimit)
    }

    private func list(_ items: [ABIValue], _ type: ABIType, _ path: String) -> String {
        let element = type.element
        var parts = items.prefix(4).map { self.text($0, element, path: path + "[]") }
        if items.count > parts.count { parts.append("… and \(items.count - parts.count) more") }
        return "[" + parts.joined(separator: ", ") + "]"
    }

    private func tuple(_ items: [ABIValue], _ type: ABIType, _ path: String) -> String {
        let parts = zip(type.components, items).enumerated().prefix(16).map { place, pair in
            let name = pair.0.label(place)
            return "\(name): " + self.text(pair.1, pair.0.type, path: "\(path).\(name)")
        }
        return "(" + parts.joined(separator: ", ") + ")"
    }

    /// The same for templates: lists and tuples keep their parts, small integers can be computed with.
    func value(_ value: ABIValue, _ type: ABIType, path: String) -> TemplateValue {
        switch value {
        case .uint(let word):
            // The type decides, not the value: a template must not fail at a large one.
            if case .uint(let bits) = type, bits <= 56, self.units[path] == nil {
                return .int(Int64(clamping: word.uint64 ?? .max))
            }
            return .string(self.text(value, type, path: path))
        case .int(let word):
            if case .int(let bits) = type, bits <= 64, self.units[path] == nil,
                let small = word.int64
            {
                return .int(small)
            }
            return .string(self.text(value, type, path: path))
        case .bool(let flag): return .bool(flag)
        case .array(let items):
            let element = type.element
            return .list(
                items.prefix(Self.elementLimit).map {
                    self.value($0, element, path: path + "[]")
                })
        case .tuple(let items):
            return .record(
                TemplateRecord(
                    zip(type.components, items).enumerated().map { place, pair in
                        let name = pair.0.label(place)
                        return .init(name, self.value(pair.1, pair.0.type, path: "\(path).\(name)"))
                    }))
        default: return .string(self.text(value, type, path: path))
        }
    }

    /// The digits of an integer as they are on the chain; other values as ``text(_:_:path:)``.
    func raw(_ value: ABIValue, _ type: ABIType) -> TemplateValue {
        switch value {
        case .uint(let word): .string("\(word)")
        case .int(let word): .string("\(word)")
        case .address(let address): .string("\(address)")
        case .array(let items):
            .list(items.prefix(Self.elementLimit).map { self.raw($0, type.element) })
        case .tuple(let items):
            .record(
                TemplateRecord(
                    zip(type.components, items).enumerated().map { place, pair in
                        .init(pair.0.label(place), self.raw(pair.1, pair.0.type))
                    }))
        default: .string(self.text(value, type, path: ""))
        }
    }
}

extension ABIType {
    /// The type of a list's elements; of anything else the type itself.
    fileprivate var element: ABIType {
        switch self {
        case .array(let element), .fixedArray(let element, _): element
        default: self
        }
    }

    /// The components of a tuple; none of anything else.
    fileprivate var components: [ABIParameter] {
        guard case .tuple(let components) = self else { return [] }
        return components
    }
}
