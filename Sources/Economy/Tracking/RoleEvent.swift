// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMABI
import EVMPrimitives

/// An event as a tracker sees it: its role, and its fields by the places of the tracker's shape.
///
/// Reads are as cheap as the tape; those of components of tuples, of text and of lists make a tree
/// first. A tracker reads all that it needs before it changes anything, so that a skipped event
/// leaves no trace.
struct RoleEvent {
    let binding: RoleBinding
    let event: DecodedEvent
    let input: TrackerInput

    var role: Int { self.binding.role }
    /// The time of the block.
    var time: BlockTime { self.input.time }
    var entry: LogEntry { self.input.entry }
    var block: BlockRef { self.input.entry.block }

    /// Whether the configuration says where the field comes from.
    func has(_ field: some RawRepresentable<Int>) -> Bool {
        self.binding.fields[field.rawValue] != nil
    }

    // MARK: Words

    /// The word of a field as it stands in the event; nil where the field has no source.
    func word(_ field: some RawRepresentable<Int>) -> U256? {
        switch self.binding.fields[field.rawValue] {
        case nil, .label: nil
        case .constant(let word): word
        case .emitter: self.entry.address.word
        case .argument(let argument): self.word(of: argument)
        }
    }

    /// A word that tells one thing from others; throws where the field has no source.
    func key(_ field: some RawRepresentable<Int>) throws(SkipReason) -> U256 {
        guard let source = self.binding.fields[field.rawValue] else { throw .unusable }
        if case .argument(let argument) = source, argument.path.isEmpty {
            return self.input.keyWord(argument.index, of: self.event)
        }
        guard let word = self.word(field) else { throw .unusable }
        return word
    }

    func address(_ field: some RawRepresentable<Int>) throws(SkipReason) -> Address {
        guard let word = self.word(field) else { throw .unusable }
        return Address(truncating: word)
    }

    /// The address of a field; nil where it has no source.
    func optionalAddress(_ field: some RawRepresentable<Int>) -> Address? {
        self.word(field).map { Address(truncating: $0) }
    }

    func flag(_ field: some RawRepresentable<Int>) -> Bool? { self.word(field).map { !$0.isZero } }

    /// An amount, scaled as the configuration says: `.negative` where it is below zero.
    func amount(_ field: some RawRepresentable<Int>) throws(SkipReason) -> U256 {
        guard let source = self.binding.fields[field.rawValue] else { throw .unusable }
        if case .argument(let argument) = source, argument.isPlain, !argument.isSigned {
            guard let word = self.word(of: argument) else { throw .unusable }
            return word
        }
        let value = try self.magnitude(source)
        if value.isNegative, !value.magnitude.isZero { throw .negative }
        return value.magnitude
    }

    /// An amount; nil where the field has no source.
    func optionalAmount(_ field: some RawRepresentable<Int>) throws(SkipReason) -> U256? {
        self.has(field) ? try self.amount(field) : nil
    }

    /// A number with its sign: `.overflow` where it does not fit 255 bits.
    func signed(_ field: some RawRepresentable<Int>) throws(SkipReason) -> I256 {
        guard let source = self.binding.fields[field.rawValue] else { throw .unusable }
        let value = try self.magnitude(source)
        guard let signed = I256(isNegative: value.isNegative, magnitude: value.magnitude) else {
            throw .overflow
        }
        return signed
    }

    /// A count or a time that fits 64 bits.
    func number(_ field: some RawRepresentable<Int>) throws(SkipReason) -> UInt64 {
        guard let number = try self.amount(field).uint64 else { throw .overflow }
        return number
    }

    /// A time; nil where the field has no source. A time that does not fit is the end of time, as
    /// contracts write it for "never".
    func optionalTime(_ field: some RawRepresentable<Int>) throws(SkipReason) -> BlockTime? {
        guard self.has(field) else { return nil }
        return BlockTime(try self.amount(field).uint64 ?? .max)
    }

    // MARK: Longer values

    /// A text for people, cleaned and cut at 64 Unicode scalars: text, or what bytes say; nil where
    /// the field has no source.
    func text(_ field: some RawRepresentable<Int>) -> String? {
        switch self.binding.fields[field.rawValue] {
        case .argument(let argument) where argument.path.isEmpty:
            return self.input.labelText(argument.index, of: self.event)
        case .argument(let argument):
            guard let value = self.value(of: argument) else { return nil }
            return TrackerInput.clean(ValueJSON.text(of: value))
        case .constant(let word): return word.description
        case .label(let text): return text
        case .emitter: return self.entry.address.description
        case nil: return nil
        }
    }

    /// The value of a field as a tree; nil where it has no source or is not an argument.
    func value(_ field: some RawRepresentable<Int>) -> ABIValue? {
        guard case .argument(let argument) = self.binding.fields[field.rawValue] else { return nil }
        return self.value(of: argument)
    }

    // MARK: Arguments

    /// Whether the conditions of the configuration hold.
    var passesFilters: Bool {
        self.binding.filters.allSatisfy { filter in
            let isOne =
                filter.argument.path.isEmpty
                ? filter.words.contains(self.input.keyWord(filter.argument.index, of: self.event))
                : self.word(of: filter.argument).map { filter.words.contains($0) } ?? false
            return isOne != filter.isExcluding
        }
    }

    private func word(of argument: ArgumentSource) -> U256? {
        if argument.path.isEmpty { return self.event.word(argument.index, on: self.input.tape) }
        switch self.value(of: argument) {
        case .uint(let word): return word
        case .int(let value): return value.bits
        case .address(let address): return address.word
        case .bool(let flag): return flag ? .one : .zero
        case .hash(let hash): return hash.word
        case .bytes(let bytes) where bytes.count <= 32:
            return U256(bigEndian: bytes + Array(repeating: 0, count: 32 - bytes.count))
        default: return nil
        }
    }

    private func value(of argument: ArgumentSource) -> ABIValue? {
        var value = unsafe self.input.layout.value(
            argument.index, of: self.event, on: self.input.tape, data: self.input.data.span.bytes)
        for position in argument.path {
            guard case .tuple(let parts) = value, parts.indices.contains(position) else {
                return nil
            }
            value = parts[position]
        }
        return value
    }

    private func magnitude(
        _ source: FieldSource
    ) throws(SkipReason) -> (isNegative: Bool, magnitude: U256) {
        switch source {
        case .constant(let word): return (false, word)
        case .emitter, .label: throw .unusable
        case .argument(let argument):
            guard let word = self.word(of: argument) else { throw .unusable }
            let value = I256(bits: word)
            let isNegative = argument.isSigned && value.isNegative
            let magnitude = isNegative ? value.magnitude : word
            guard let product = magnitude.multiplied(by: argument.numerator),
                let scaled = product.quotientAndRemainder(dividingBy: argument.denominator)
            else { throw .overflow }
            return (isNegative != argument.isNegated, scaled.quotient)
        }
    }
}
