// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
import EVMABI
import EVMPrimitives

/// Reads where one field of a tracker comes from: `node`, `spec.price`, or a section.
struct FieldReader {
    let field: TrackerShape.Field
    let layout: EventLayout

    init(_ field: TrackerShape.Field, _ layout: EventLayout) {
        self.field = field
        self.layout = layout
    }

    /// Nil: the fault has been reported.
    func source(_ value: ConfigValue) -> FieldSource? {
        guard value.isSection else {
            return value.scalar(expected: "the name of an argument").flatMap { self.argument($0) }
        }
        guard let section = value.section() else { return nil }
        let argument = section.optionalScalar("argument", expected: "the name of an argument")
        let scale = section.optionalScalar("scale", expected: "a number such as 0.025")
        let negate = section.bool("negate", default: false)
        let constant = section.value("constant")
        let emitter = section.bool("emitter", default: false)
        if emitter { return .emitter }
        if let constant, self.field.kind == .text {
            return self.label(constant)
        }
        if let constant {
            return FilterWord(Self.type(of: self.field.kind), false).read(constant)
                .map { .constant($0) }
        }
        guard let argument else {
            section.fail(
                "missing key \"argument\"", advice: "or write constant, or emitter: true")
            return nil
        }
        guard case .argument(var source)? = self.argument(argument) else { return nil }
        source.isNegated = negate
        if let scale {
            guard let ratio = Self.ratio(scale.text) else {
                scale.fail("expected a number such as 0.025, found \(scale.shown)")
                return nil
            }
            source.numerator = ratio.numerator
            source.denominator = ratio.denominator
        }
        return .argument(source)
    }

    private func label(_ value: ConfigValue) -> FieldSource? {
        guard let scalar = value.scalar(expected: "a text") else { return nil }
        guard !scalar.text.isEmpty, scalar.text.unicodeScalars.count <= 64,
            scalar.text == TrackerInput.clean(scalar.text)
        else {
            scalar.fail("expected a text of 1 to 64 characters, found \(scalar.shown)")
            return nil
        }
        return .label(scalar.text)
    }

    /// The argument of the field's own name; nil where there is none that fits.
    var implied: FieldSource? {
        guard let found = Self.argument(self.field.name, of: self.layout), self.fits(found) else {
            return nil
        }
        return .argument(found.source)
    }

    private func argument(_ scalar: ConfigScalar) -> FieldSource? {
        guard let found = Self.argument(scalar.text, of: self.layout) else {
            scalar.fail(
                "\(self.layout.name) has no argument \(scalar.shown)",
                advice: self.layout.names.isEmpty
                    ? "it has no arguments at all"
                    : scalar.suggestion(
                        scalar.text, among: self.layout.names, kind: "its arguments"))
            return nil
        }
        guard self.fits(found) else {
            scalar.fail(
                "\(scalar.shown) of \(self.layout.name) is \(found.type.canonical)"
                    + (found.isIndexed ? " indexed" : "")
                    + ", and \(self.field.name) needs \(Self.wanted(self.field.kind))",
                advice: self.field.help)
            return nil
        }
        return .argument(found.source)
    }

    /// An argument, or a component of one, by its path such as `spec.price`.
    static func argument(
        _ path: String, of layout: EventLayout
    ) -> (source: ArgumentSource, type: ABIType, isIndexed: Bool)? {
        let parts = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard let first = parts.first, let index = layout.parameterIndex(named: first) else {
            return nil
        }
        var type = layout.event.inputs[index].type
        var positions: [Int] = []
        for part in parts.dropFirst() {
            guard case .tuple(let components) = type,
                let position = components.indices.first(where: {
                    components[$0].label($0) == part
                })
            else { return nil }
            positions.append(position)
            type = components[position].type
        }
        var isSigned = false
        if case .int = type { isSigned = true }
        return (
            ArgumentSource(index: index, path: positions, isSigned: isSigned), type,
            layout.event.inputs[index].isIndexed
        )
    }

    private func fits(_ found: (source: ArgumentSource, type: ABIType, isIndexed: Bool)) -> Bool {
        // Of an indexed value of several words only its hash is known.
        let isHashed =
            switch found.type {
            case .bytes, .string, .array, .fixedArray, .tuple: found.isIndexed
            default: false
            }
        switch (self.field.kind, found.type) {
        case (.address, .address), (.address, .uint(160)): return true
        case (.amount, .uint), (.amount, .int): return true
        case (.signed, .uint), (.signed, .int): return true
        case (.flag, .bool), (.flag, .uint), (.flag, .int): return true
        case (.key, .array), (.key, .fixedArray), (.key, .tuple): return isHashed
        case (.key, _): return found.source.path.isEmpty || !Self.isLong(found.type)
        case (.text, .array), (.text, .fixedArray), (.text, .tuple): return false
        case (.text, _): return true
        case (.list, .array), (.list, .fixedArray): return !isHashed
        default: return false
        }
    }

    private static func isLong(_ type: ABIType) -> Bool {
        switch type {
        case .bytes, .string: true
        default: false
        }
    }

    private static func wanted(_ kind: FieldKind) -> String {
        switch kind {
        case .address: "an address"
        case .amount, .signed: "an integer"
        case .key: "a value of one word"
        case .flag: "a bool or an integer"
        case .text: "a text or a value of one word"
        case .list: "a list"
        }
    }

    private static func type(of kind: FieldKind) -> ABIType {
        switch kind {
        case .address: .address
        case .amount, .key, .list: .uint256
        case .signed: .int(bits: 256)
        case .flag: .bool
        case .text: .string
        }
    }

    /// A decimal fraction as a ratio of integers; nil for what is none, or is zero.
    static func ratio(_ text: String) -> (numerator: U256, denominator: U256)? {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let fraction = parts.count > 1 ? String(parts[1]) : ""
        guard fraction.utf8.count <= 36, parts[0].utf8.count <= 36,
            parts.count == 1 || !fraction.isEmpty,
            let numerator = U256(String(parts[0]) + fraction), !numerator.isZero,
            let denominator = U256.powerOfTen(fraction.utf8.count)
        else { return nil }
        return (numerator, denominator)
    }
}

/// Reads a value that an argument is compared with, as the word that it is on the chain.
struct FilterWord {
    let type: ABIType
    let isIndexed: Bool

    init(_ type: ABIType, _ isIndexed: Bool) {
        self.type = type
        self.isIndexed = isIndexed
    }

    /// Nil: the fault has been reported.
    func read(_ value: ConfigValue) -> U256? {
        switch self.type {
        case .address: return ConfigType<Address>.address.read(value).map(\.word)
        case .bool: return ConfigType<Bool>.bool.read(value).map { $0 ? .one : .zero }
        default: break
        }
        guard let scalar = value.scalar(expected: "a value of \(self.type.canonical)") else {
            return nil
        }
        let word: U256? =
            switch self.type {
            case .uint: U256(scalar.text.filter { $0 != "_" }) ?? U256(hexQuantity: scalar.text)
            case .int: I256(scalar.text.filter { $0 != "_" })?.bits
            case .fixedBytes:
                Hex.decode(scalar.text).flatMap { bytes in
                    bytes.count <= 32
                        ? U256(bigEndian: bytes + Array(repeating: 0, count: 32 - bytes.count))
                        : nil
                }
            case .string, .bytes: Keccak256.hash(Array(scalar.text.utf8)).word
            default: nil
            }
        if word == nil {
            scalar.fail("expected a value of \(self.type.canonical), found \(scalar.shown)")
        }
        return word
    }
}
