// Weir
// SPDX-License-Identifier: Apache-2.0

/// Reads types and fragments from text, byte by byte.
///
/// Grammar (that of human-readable ABIs in ethers, viem and alloy):
///
///     type      := elementary suffix* | "tuple"? "(" [type-name ("," type-name)*] ")" suffix*
///     suffix    := "[" digits? "]"
///     parameter := type ("indexed" | "memory" | "calldata" | "storage" | "payable")* name?
struct ABIScanner {
    static let textLimit = 1 << 20
    static let depthLimit = 64

    let text: [UInt8]
    var at = 0
    private var depth = 0

    init(_ text: [UInt8], limit: Int = ABIScanner.textLimit) throws(ABIError) {
        guard text.count <= limit else { throw .textTooLong(limit: limit) }
        self.text = text
    }

    // MARK: Bytes

    var peek: UInt8? { self.at < self.text.count ? self.text[self.at] : nil }

    /// Moves over spaces, line ends and comments (`//`, `#`, `/* */`).
    mutating func skipSpace() {
        while let byte = self.peek {
            switch byte {
            case 0x20, 0x09, 0x0a, 0x0d: self.at += 1
            case 0x23: self.skipLine()
            case 0x2f where self.follows(0x2f): self.skipLine()
            case 0x2f where self.follows(0x2a): self.skipBlockComment()
            default: return
            }
        }
    }

    private func follows(_ byte: UInt8) -> Bool {
        self.at + 1 < self.text.count && self.text[self.at + 1] == byte
    }

    private mutating func skipLine() {
        while let byte = self.peek, byte != 0x0a { self.at += 1 }
    }

    private mutating func skipBlockComment() {
        self.at += 2
        while self.at < self.text.count {
            if self.text[self.at] == 0x2a, self.follows(0x2f) {
                self.at += 2
                return
            }
            self.at += 1
        }
    }

    mutating func takes(_ byte: UInt8) -> Bool {
        self.skipSpace()
        guard self.peek == byte else { return false }
        self.at += 1
        return true
    }

    mutating func expect(_ byte: UInt8, _ name: String) throws(ABIError) {
        guard self.takes(byte) else { throw self.syntax(name) }
    }

    /// A name (letters, digits, `_`, `$`; also Vyper and Solidity names in dotted paths), or nil.
    mutating func identifier() -> String? {
        self.skipSpace()
        let start = self.at
        while let byte = self.peek, Self.isNameByte(byte) { self.at += 1 }
        guard self.at > start, !(48...57).contains(self.text[start]) else {
            self.at = start
            return nil
        }
        return String(decoding: self.text[start..<self.at], as: UTF8.self)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122, 0x5f, 0x24, 0x2e: true
        default: false
        }
    }

    mutating func atEnd() -> Bool {
        self.skipSpace()
        return self.at == self.text.count
    }

    /// The error for what stands at the current place.
    func syntax(_ expected: String) -> ABIError {
        var line = 1
        var column = 1
        for byte in self.text[..<min(self.at, self.text.count)] {
            if byte == 0x0a {
                line += 1
                column = 1
            } else {
                column += 1
            }
        }
        return .syntax(expected: expected, line: line, column: column)
    }

    // MARK: Types

    mutating func type() throws(ABIError) -> ABIType {
        guard self.depth < Self.depthLimit else { throw .typeTooLarge(limit: Self.depthLimit) }
        self.depth += 1
        defer { self.depth -= 1 }
        self.skipSpace()
        var type: ABIType
        if self.peek == 0x28 {
            type = .tuple(try self.parameters())
        } else {
            guard let name = self.identifier() else { throw self.syntax("a type") }
            self.skipSpace()
            type =
                name == "tuple" && self.peek == 0x28
                ? .tuple(try self.parameters()) : try ABIType(elementary: name)
        }
        return try self.suffixes(of: type)
    }

    /// The `[]` and `[n]` behind a type.
    mutating func suffixes(of type: ABIType) throws(ABIError) -> ABIType {
        var type = type
        var count = 0
        while self.takes(0x5b) {
            count += 1
            guard count + self.depth <= Self.depthLimit else {
                throw .typeTooLarge(limit: Self.depthLimit)
            }
            self.skipSpace()
            let start = self.at
            while let byte = self.peek, (48...57).contains(byte) { self.at += 1 }
            if self.at == start {
                try self.expect(0x5d, "']'")
                type = .array(type)
            } else {
                let digits = String(decoding: self.text[start..<self.at], as: UTF8.self)
                guard let length = Int(digits), length <= Int(UInt32.max) else {
                    throw self.syntax("an array length below 2^32")
                }
                try self.expect(0x5d, "']'")
                type = .fixedArray(type, count: length)
            }
        }
        return type
    }

    /// `(parameter, …)`.
    mutating func parameters() throws(ABIError) -> [ABIParameter] {
        try self.expect(0x28, "'('")
        if self.takes(0x29) { return [] }
        var parameters: [ABIParameter] = []
        repeat {
            parameters.append(try self.parameter())
        } while self.takes(0x2c)
        try self.expect(0x29, "',' or ')'")
        return parameters
    }

    private mutating func parameter() throws(ABIError) -> ABIParameter {
        var parameter = ABIParameter(try self.type())
        while let word = self.identifier() {
            switch word {
            case "indexed": parameter.isIndexed = true
            case "memory", "calldata", "storage", "payable": continue
            default:
                parameter.name = word
                return parameter
            }
        }
        return parameter
    }
}

extension ABIType {
    /// Reads a type: `uint256`, `(address,bytes)[]`, `tuple(uint a, bool b)[2]`, `uint`.
    package init(parsing text: String) throws(ABIError) {
        var scanner = try ABIScanner(Array(text.utf8))
        self = try scanner.type()
        // `address payable` is a type of its own in Solidity, and the same in the ABI.
        if case .address = self {
            let place = scanner.at
            if scanner.identifier() != "payable" { scanner.at = place }
        }
        guard scanner.atEnd() else { throw scanner.syntax("the end of the type") }
    }

    /// Reads the name of a type without parts.
    init(elementary name: String) throws(ABIError) {
        switch name {
        case "address": self = .address
        case "bool": self = .bool
        case "bytes": self = .bytes
        case "string": self = .string
        case "function": self = .function
        case "uint": self = .uint(bits: 256)
        case "int": self = .int(bits: 256)
        default:
            if let bits = Self.width(of: name, after: "uint"), bits % 8 == 0, bits <= 256 {
                self = .uint(bits: bits)
            } else if let bits = Self.width(of: name, after: "int"), bits % 8 == 0, bits <= 256 {
                self = .int(bits: bits)
            } else if let count = Self.width(of: name, after: "bytes"), count <= 32 {
                self = .fixedBytes(count)
            } else if Self.isFixedPoint(name) {
                throw .unsupportedType(name)
            } else {
                throw .unknownType(String(name.prefix(80)))
            }
        }
    }

    /// The number behind a prefix: one to three digits without a leading zero.
    private static func width(of name: String, after prefix: String) -> Int? {
        guard name.hasPrefix(prefix) else { return nil }
        let digits = name.utf8.dropFirst(prefix.utf8.count)
        guard (1...3).contains(digits.count), digits.first != 48,
            digits.allSatisfy({ (48...57).contains($0) })
        else { return nil }
        return Int(String(decoding: digits, as: UTF8.self))
    }

    private static func isFixedPoint(_ name: String) -> Bool {
        let rest = name.hasPrefix("u") ? name.dropFirst() : name[...]
        guard rest.hasPrefix("fixed") else { return false }
        return rest.dropFirst(5).utf8.allSatisfy { (48...57).contains($0) || $0 == 0x78 }
    }
}
