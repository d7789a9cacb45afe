// Weir
// SPDX-License-Identifier: Apache-2.0

/// One value as it goes into a statement or comes out of a row.
///
/// Four shapes that SQLite and PostgreSQL both know: `INTEGER`/`BIGINT`, `TEXT`, `BLOB`/`BYTEA`
/// and `REAL`/`DOUBLE PRECISION`. Amounts of 256 bits are 32-byte big-endian blobs, which both
/// databases sort as unsigned numbers.
package enum SQLValue: Sendable, Equatable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])

    /// What the value is, in words for an error message.
    package var kind: String {
        switch self {
        case .null: "null"
        case .integer: "integer"
        case .real: "real"
        case .text: "text"
        case .blob: "blob"
        }
    }

    /// The integer, or `null` for nil.
    @inlinable
    package static func optional(_ integer: Int64?) -> Self {
        integer.map { .integer($0) } ?? .null
    }

    /// The text, or `null` for nil.
    @inlinable
    package static func optional(_ text: String?) -> Self {
        text.map { .text($0) } ?? .null
    }

    /// The blob, or `null` for nil.
    @inlinable
    package static func optional(_ blob: [UInt8]?) -> Self {
        blob.map { .blob($0) } ?? .null
    }
}

extension SQLValue: ExpressibleByNilLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByStringLiteral
{
    package init(nilLiteral: ()) { self = .null }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(stringLiteral value: String) { self = .text(value) }
}
