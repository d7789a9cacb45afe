// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives
package import JSONBytes

// Values in JSON: integers as decimal strings, bytes as lower-case hex, addresses with their
// checksum, booleans as booleans, strings as strings (`{"hex":"0x…"}` where they are not UTF-8),
// arrays and tuples as arrays, an indexed value of several words as `{"hash":"0x…"}`.

extension JSONWriter {
    /// Writes a value from the tape.
    ///
    /// - Parameters:
    ///   - nodes: the table that the tape was written with: a layout's, or a catalog's.
    ///   - data: the data that was decoded.
    package mutating func abiValue(
        _ tape: ABITape, at slot: Int, nodes: [LayoutNode], data: RawSpan
    ) {
        let entry = tape[slot]
        let node = nodes[Int(entry.node)]
        switch node.kind {
        case .uint: self.decimal(entry.word)
        case .int: self.decimal(I256(bits: entry.word))
        case .address: self.address(Address(truncating: entry.word))
        case .bool: self.bool(!entry.word.isZero)
        case .fixedBytes, .function:
            self.hex(leftAligned: entry.word, count: Int(node.size))
        case .hash: self.hashObject(Hash256(entry.word))
        case .bytes: self.hex(data.extracting(entry.range))
        case .string: self.abiString(data.extracting(entry.range))
        case .array, .fixedArray, .tuple:
            self.beginArray()
            for child in entry.range { self.abiValue(tape, at: child, nodes: nodes, data: data) }
            self.endArray()
        }
    }

    /// Writes a tree.
    package mutating func abiValue(_ value: ABIValue) {
        switch value {
        case .uint(let number): self.decimal(number)
        case .int(let number): self.decimal(number)
        case .address(let address): self.address(address)
        case .bool(let flag): self.bool(flag)
        case .bytes(let bytes): self.hex(bytes: bytes)
        case .hash(let hash): self.hashObject(hash)
        case .string(let utf8): self.abiString(unsafe utf8.span.bytes)
        case .array(let values), .tuple(let values):
            self.beginArray()
            for item in values { self.abiValue(item) }
            self.endArray()
        }
    }

    /// Writes an integer as a decimal string.
    package mutating func decimal(_ number: U256) {
        var text: [UInt8] = [0x22]
        number.appendDecimal(to: &text)
        text.append(0x22)
        self.raw(text)
    }

    /// Writes an integer as a decimal string.
    package mutating func decimal(_ number: I256) {
        var text: [UInt8] = number.isNegative ? [0x22, 0x2d] : [0x22]
        number.magnitude.appendDecimal(to: &text)
        text.append(0x22)
        self.raw(text)
    }

    /// Writes an address with its checksum (EIP-55).
    package mutating func address(_ address: Address) {
        var text: [UInt8] = [0x22, 0x30, 0x78]
        text.reserveCapacity(44)
        appendHex(address.word0, to: &text)
        appendHex(address.word1, to: &text)
        appendHex(UInt64(address.word2) << 32, digits: 8, to: &text)
        let hash = unsafe Keccak256.hash(text.span.bytes.extracting(3..<43))
        for index in 0..<40 {
            let word = index < 16 ? hash.word0 : index < 32 ? hash.word1 : hash.word2
            let nibble = word >> UInt64(60 - 4 * (index & 15)) & 15
            if nibble >= 8, text[3 + index] >= 97 { text[3 + index] -= 32 }
        }
        text.append(0x22)
        self.raw(text)
    }

    /// Writes a hash as hex.
    package mutating func hash(_ hash: Hash256) { self.hex(leftAligned: hash.word, count: 32) }

    /// Writes the first bytes of a word as hex.
    mutating func hex(leftAligned word: U256, count: Int) {
        var text: [UInt8] = [0x22, 0x30, 0x78]
        text.reserveCapacity(68)
        for (index, limb) in [word.limb3, word.limb2, word.limb1, word.limb0].enumerated() {
            appendHex(limb, digits: min(max(2 * count - 16 * index, 0), 16), to: &text)
        }
        text.append(0x22)
        self.raw(text)
    }

    private mutating func hashObject(_ hash: Hash256) {
        self.beginObject()
        self.key("hash")
        self.hash(hash)
        self.endObject()
    }

    /// Writes bytes as hex.
    package mutating func hex(bytes: some Sequence<UInt8>) {
        var text: [UInt8] = [0x22, 0x30, 0x78]
        Hex.append(bytes, to: &text)
        text.append(0x22)
        self.raw(text)
    }

    private mutating func abiString(_ text: RawSpan) {
        if isUTF8(text) {
            self.string(utf8: text)
        } else {
            self.beginObject()
            self.key("hex")
            self.hex(text)
            self.endObject()
        }
    }
}

/// Values as JSON text and JSON as values.
package enum ValueJSON {
    /// One value as JSON.
    package static func text(of value: ABIValue) -> String {
        var writer = JSONWriter()
        writer.abiValue(value)
        return writer.text
    }

    /// Reads the values for a list of types, an array.
    ///
    /// Integers are decimal text, JSON integers, or `0x` hex; bytes are `0x` hex; tuples are arrays
    /// or objects by the names of their components. Strings may be `{"hex":"0x…"}`.
    package static func values(
        _ json: JSONValue, types: [ABIParameter]
    ) throws(ABIError) -> [ABIValue] {
        try Self.members(json, types, path: "")
    }

    /// Reads one value of an elementary type that a person wrote as plain text: `12`, `0x…`, `true`, words
    /// for a `string`.
    package static func value(text: String, _ type: ABIType) throws(ABIError) -> ABIValue {
        if case .bool = type, let flag = Bool(text) { return .bool(flag) }
        return try Self.value(.string(text), type, path: "")
    }

    private static func members(
        _ json: JSONValue, _ types: [ABIParameter], path: String
    ) throws(ABIError) -> [ABIValue] {
        var values: [ABIValue] = []
        if let object = json.object {
            for (index, type) in types.enumerated() {
                let name = type.label(index)
                guard let member = object[name] else {
                    throw .wrongValue(path: "\(path).\(name)", type: type.type.canonical)
                }
                values.append(try Self.value(member, type.type, path: "\(path).\(name)"))
            }
            guard object.count == types.count else {
                throw .wrongCount(path: path, expected: types.count, found: object.count)
            }
            return values
        }
        guard let list = json.array else {
            throw .wrongValue(path: path, type: "list of \(types.count) values")
        }
        guard list.count == types.count else {
            throw .wrongCount(path: path, expected: types.count, found: list.count)
        }
        for (index, type) in types.enumerated() {
            values.append(try Self.value(list[index], type.type, path: "\(path)[\(index)]"))
        }
        return values
    }

    static func value(
        _ json: JSONValue, _ type: ABIType, path: String
    ) throws(ABIError) -> ABIValue {
        let wrong = ABIError.wrongValue(path: path, type: type.canonical)
        switch type {
        case .uint, .int:
            guard let text = json.string ?? json.numberText else { throw wrong }
            return try Self.integer(text, type, path: path)
        case .address:
            guard let text = json.string, let address = Address(text) else { throw wrong }
            return .address(address)
        case .bool:
            guard let flag = json.bool else { throw wrong }
            return .bool(flag)
        case .bytes, .fixedBytes, .function:
            guard let bytes = Self.hex(json) else { throw wrong }
            return .bytes(bytes)
        case .string:
            if let text = json.string { return .text(text) }
            guard let hex = json["hex"], let bytes = Self.hex(hex) else { throw wrong }
            return .string(utf8: bytes)
        case .array(let element), .fixedArray(let element, _):
            guard let list = json.array else { throw wrong }
            var values: [ABIValue] = []
            for (index, item) in list.enumerated() {
                values.append(try Self.value(item, element, path: "\(path)[\(index)]"))
            }
            return .array(values)
        case .tuple(let components):
            return .tuple(try Self.members(json, components, path: path))
        }
    }

    private static func hex(_ json: JSONValue) -> [UInt8]? {
        guard let text = json.string, text.hasPrefix("0x") else { return nil }
        return Hex.decode(text)
    }

    private static func integer(
        _ text: String, _ type: ABIType, path: String
    ) throws(ABIError) -> ABIValue {
        let isNegative = text.hasPrefix("-")
        let digits = isNegative ? String(text.dropFirst()) : text
        guard let magnitude = U256(digits) ?? U256(hexQuantity: digits) else {
            // Well-formed but too large, or no integer at all.
            let isNumber = !digits.isEmpty && digits.utf8.allSatisfy { (48...57).contains($0) }
            throw isNumber
                ? .valueOutOfRange(path: path, type: type.canonical)
                : .wrongValue(path: path, type: type.canonical)
        }
        if case .uint = type {
            guard !isNegative || magnitude.isZero else {
                throw .valueOutOfRange(path: path, type: type.canonical)
            }
            return .uint(magnitude)
        }
        guard let number = I256(isNegative: isNegative, magnitude: magnitude) else {
            throw .valueOutOfRange(path: path, type: type.canonical)
        }
        return .int(number)
    }
}

/// Appends the first hex digits of a word, most significant first.
private func appendHex(_ word: UInt64, digits: Int = 16, to text: inout [UInt8]) {
    var rest = word
    for _ in 0..<digits {
        let nibble = UInt8(truncatingIfNeeded: rest &>> 60)
        text.append(nibble < 10 ? nibble &+ 48 : nibble &+ 87)
        rest &<<= 4
    }
}
