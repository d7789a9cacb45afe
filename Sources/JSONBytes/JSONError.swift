// Weir
// SPDX-License-Identifier: Apache-2.0

/// The six kinds of JSON value, as the first byte of a value tells them.
package enum JSONKind: String, Sendable, Equatable, CaseIterable {
    case object, array, string, number, bool, null
}

/// Why bytes were refused.
///
/// `at` is a byte offset from the start of the bytes that the reader was given, never from the
/// start of a file. No error carries text of the document, so none can leak a secret.
package enum JSONError: Error, Equatable, Sendable {
    /// The bytes stop in the middle of a value.
    case unexpectedEnd(at: Int)
    /// A byte that the grammar of RFC 8259 does not allow there.
    case unexpectedByte(UInt8, at: Int)
    /// An unknown escape, a `\u` without four hex digits, or half of a surrogate pair.
    case badEscape(at: Int)
    /// A string that is not UTF-8 (overlong forms and encoded surrogates included).
    case badUTF8(at: Int)
    /// A number that RFC 8259 does not allow, as `01`, `1.` or `-`.
    case badNumber(at: Int)
    /// A number, well formed, that is no integer of the width asked for.
    case outOfRange(at: Int)
    /// A string that is not `0x` and hex digits, or not as many of them as asked for.
    case badHex(at: Int)
    /// A well-formed value of another kind than the reader asked for.
    case wrongType(expected: JSONKind, found: JSONKind, at: Int)
    /// More containers inside each other than the limit allows.
    case tooDeep(limit: Int, at: Int)
    /// More values in one tree than the limit allows.
    case tooManyValues(limit: Int, at: Int)
    /// Something other than whitespace after the end of the value.
    case trailingBytes(at: Int)
    /// A line of more bytes than allowed; `line` counts from 1.
    case lineTooLong(line: Int, limit: Int)
}

extension JSONError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unexpectedEnd(let at):
            "JSON ends in the middle of a value at byte \(at); it is probably cut off"
        case .unexpectedByte(let byte, let at):
            "JSON has \(Self.name(of: byte)) at byte \(at), where the grammar does not allow it"
        case .badEscape(let at):
            "JSON string has a bad escape or half a surrogate pair at byte \(at)"
        case .badUTF8(let at):
            "JSON string is not UTF-8 at byte \(at)"
        case .badNumber(let at):
            "JSON number is malformed at byte \(at)"
        case .outOfRange(let at):
            "JSON number at byte \(at) is not an integer in the range that is expected there"
        case .badHex(let at):
            "JSON string at byte \(at) is not 0x-prefixed hex of the length that is expected there"
        case .wrongType(let expected, let found, let at):
            "JSON has a value of kind \(found) at byte \(at), where \(expected) is expected"
        case .tooDeep(let limit, let at):
            "JSON nests deeper than \(limit) containers at byte \(at)"
        case .tooManyValues(let limit, let at):
            "JSON holds more than \(limit) values, reached at byte \(at)"
        case .trailingBytes(let at):
            "JSON is followed by something else at byte \(at); one value is expected"
        case .lineTooLong(let line, let limit):
            "line \(line) is longer than \(limit) bytes and was skipped"
        }
    }

    private static func name(of byte: UInt8) -> String {
        if byte > 0x20, byte < 0x7f { return "'\(Character(Unicode.Scalar(byte)))'" }
        let hex = String(byte, radix: 16)
        return "byte 0x\(hex.count == 1 ? "0" : "")\(hex)"
    }
}
