// Weir
// SPDX-License-Identifier: Apache-2.0

package import JSONBytes

/// Why ABI text, data or values were refused.
///
/// Byte places (`at`) count from the start of the data that was given, without topics or selector.
package enum ABIError: Error, Equatable, Sendable {
    // Text of types, fragments and JSON ABIs.
    /// Not a type of the ABI.
    case unknownType(String)
    /// `fixedMxN`, `ufixedMxN`: in the ABI's specification, emitted by no compiler.
    case unsupportedType(String)
    /// Text that is not a type or fragment; lines and columns count from 1.
    case syntax(expected: String, line: Int, column: Int)
    case textTooLong(limit: Int)
    /// Types nested too deep, or of too many parts.
    case typeTooLarge(limit: Int)
    /// An array of elements that take no bytes (`uint256[0][]`, `()[]`): its length costs nothing
    /// to claim.
    case zeroSizeElements(String)
    case json(JSONError)
    /// A JSON ABI without a part that it needs; the payload says where and which.
    case malformedABI(String)

    // Data.
    /// A value needs bytes up to `needed`, and there are `count`.
    case dataTooShort(needed: Int, count: Int)
    case offsetOutOfRange(at: Int)
    /// An offset that points back into the offsets and values before it.
    case offsetIntoHead(at: Int)
    case lengthOutOfRange(at: Int)
    /// Bits set that the type does not have (`topic` where the word is a topic).
    case dirtyWord(ABIPlace)
    case dirtyPadding(at: Int)
    case invalidUTF8(at: Int)
    /// Data that claims more values, or more bytes, than its length can hold.
    case dataBomb(limit: Int)
    case topicCount(expected: Int, found: Int)
    case topicMismatch
    case selectorMismatch

    // Values to encode; `path` is as `[0][2]`.
    case wrongValue(path: String, type: String)
    case valueOutOfRange(path: String, type: String)
    case wrongCount(path: String, expected: Int, found: Int)

    // Names.
    case unknownContract(String)
    case unknownEvent(String)
    /// A name that stands for several events; the candidates are what to write instead.
    case ambiguousEvent(String, candidates: [String])
    case duplicateAddress(String, String)
    case duplicateAlias(String)
    /// A line of a batch that lacks a member or has it in another form.
    case badRequest(String)
}

/// Where a word stands.
package enum ABIPlace: Equatable, Sendable {
    case data(at: Int)
    case topic(Int)
}

extension ABIError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknownType(let text):
            "'\(text)' is not an ABI type; write address for a contract, uint8 for an enum, "
                + "and the components in parentheses for a struct"
        case .unsupportedType(let text):
            "type '\(text)' is not supported: no compiler emits fixed-point numbers"
        case .syntax(let expected, let line, let column):
            "line \(line), column \(column): expected \(expected)"
        case .textTooLong(let limit): "text is longer than \(limit) bytes"
        case .typeTooLarge(let limit): "type nests deeper or has more parts than \(limit)"
        case .zeroSizeElements(let text):
            "type '\(text)' is an array of elements without bytes; no contract can have it"
        case .json(let error): error.description
        case .malformedABI(let what): "JSON ABI: \(what)"
        case .dataTooShort(let needed, let count):
            "data has \(count) bytes, and the type needs \(needed)"
        case .offsetOutOfRange(let at): "offset at byte \(at) points outside of the data"
        case .offsetIntoHead(let at): "offset at byte \(at) points back into the head"
        case .lengthOutOfRange(let at):
            "length at byte \(at) is more than what is left of the data"
        case .dirtyWord(.data(let at)): "word at byte \(at) has bits that its type does not have"
        case .dirtyWord(.topic(let index)):
            "topic \(index) has bits that its type does not have"
        case .dirtyPadding(let at):
            "padding at byte \(at) is missing or is not zero"
        case .invalidUTF8(let at): "string at byte \(at) is not UTF-8"
        case .dataBomb(let limit):
            "data claims more than the \(limit) values or bytes that its length can hold"
        case .topicCount(let expected, let found):
            "log has \(found) topics, and the event needs \(expected)"
        case .topicMismatch: "topic 0 is not the hash of the event's signature"
        case .selectorMismatch: "data does not start with the selector"
        case .wrongValue(let path, let type): "value\(path) is not a \(type)"
        case .valueOutOfRange(let path, let type): "value\(path) is out of the range of \(type)"
        case .wrongCount(let path, let expected, let found):
            "value\(path) has \(found) elements, and its type has \(expected)"
        case .unknownContract(let name): "there is no contract '\(name)'"
        case .unknownEvent(let name): "there is no event '\(name)'"
        case .ambiguousEvent(let name, let candidates):
            "'\(name)' stands for several events; write one of "
                + candidates.joined(separator: ", ")
        case .duplicateAddress(let first, let second):
            "contracts '\(first)' and '\(second)' have the same address"
        case .duplicateAlias(let alias): "there are two contracts '\(alias)'"
        case .badRequest(let what): what
        }
    }
}
