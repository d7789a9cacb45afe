// Weir
// SPDX-License-Identifier: Apache-2.0

/// Names a column of a row: by position (`0`, the fast way) or by name (`"height"`).
package enum SQLColumn: Sendable, Equatable, CustomStringConvertible {
    case position(Int)
    case name(String)

    package var description: String {
        switch self {
        case .position(let position): "\(position)"
        case .name(let name): name
        }
    }
}

extension SQLColumn: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral {
    package init(integerLiteral value: Int) { self = .position(value) }
    package init(stringLiteral value: String) { self = .name(value) }
}

/// One row of a result, owning its values.
///
/// A read of the wrong type, of a null, or of a column that is not there throws
/// ``SQLError/typeMismatch(column:expected:found:)``; a row never traps, whatever the file holds.
///
/// ```swift
/// let height = try row.int64(0)
/// let hash = try row.blob("hash", count: 32)
/// let note = try row.optionalText(2)
/// ```
package struct SQLRow: Sendable, Equatable {
    /// The column names, shared by all rows of one result.
    package let names: [String]
    /// The values, in the order of the columns.
    package let values: [SQLValue]

    package init(names: [String], values: [SQLValue]) {
        self.names = names
        self.values = values
    }

    /// The value of a column as it stands.
    package func value(_ column: SQLColumn) throws(SQLError) -> SQLValue {
        let position: Int? =
            switch column {
            case .position(let position): position
            case .name(let name): self.names.firstIndex(of: name)
            }
        guard let position, self.values.indices.contains(position) else {
            throw .typeMismatch(
                column: column.description, expected: "a column", found: "no such column")
        }
        return self.values[position]
    }

    // MARK: Typed reads

    /// The integer in a column.
    package func int64(_ column: SQLColumn) throws(SQLError) -> Int64 {
        let value = try self.value(column)
        guard case .integer(let integer) = value else {
            throw Self.mismatch(column, "integer", value)
        }
        return integer
    }

    /// The integer in a column as any integer type; out of its range is a mismatch.
    package func integer<I: FixedWidthInteger>(
        _ column: SQLColumn, as type: I.Type = I.self,
    ) throws(SQLError) -> I {
        let wide = try self.int64(column)
        guard let narrow = I(exactly: wide) else {
            throw .typeMismatch(
                column: column.description, expected: "\(I.self)", found: "integer \(wide)")
        }
        return narrow
    }

    /// The number in a column; an integer is taken as its nearest `Double`.
    package func real(_ column: SQLColumn) throws(SQLError) -> Double {
        let value = try self.value(column)
        switch value {
        case .real(let real): return real
        case .integer(let integer): return Double(integer)
        default: throw Self.mismatch(column, "real", value)
        }
    }

    /// The text in a column.
    package func text(_ column: SQLColumn) throws(SQLError) -> String {
        let value = try self.value(column)
        guard case .text(let text) = value else { throw Self.mismatch(column, "text", value) }
        return text
    }

    /// The bytes in a column.
    package func blob(_ column: SQLColumn) throws(SQLError) -> [UInt8] {
        let value = try self.value(column)
        guard case .blob(let bytes) = value else { throw Self.mismatch(column, "blob", value) }
        return bytes
    }

    /// The bytes in a column, which must be exactly `count` of them: hashes, addresses, amounts.
    package func blob(_ column: SQLColumn, count: Int) throws(SQLError) -> [UInt8] {
        let bytes = try self.blob(column)
        guard bytes.count == count else {
            throw .typeMismatch(
                column: column.description, expected: "blob of \(count) bytes",
                found: "blob of \(bytes.count) bytes")
        }
        return bytes
    }

    // MARK: Reads where null is an answer

    /// The integer in a column, nil for null.
    package func optionalInt64(_ column: SQLColumn) throws(SQLError) -> Int64? {
        try self.isNull(column) ? nil : self.int64(column)
    }

    /// The number in a column, nil for null.
    package func optionalReal(_ column: SQLColumn) throws(SQLError) -> Double? {
        try self.isNull(column) ? nil : self.real(column)
    }

    /// The text in a column, nil for null.
    package func optionalText(_ column: SQLColumn) throws(SQLError) -> String? {
        try self.isNull(column) ? nil : self.text(column)
    }

    /// The bytes in a column, nil for null.
    package func optionalBlob(_ column: SQLColumn) throws(SQLError) -> [UInt8]? {
        try self.isNull(column) ? nil : self.blob(column)
    }

    /// Whether a column holds null.
    package func isNull(_ column: SQLColumn) throws(SQLError) -> Bool {
        try self.value(column) == .null
    }

    private static func mismatch(
        _ column: SQLColumn, _ expected: String, _ found: SQLValue,
    ) -> SQLError {
        .typeMismatch(column: column.description, expected: expected, found: found.kind)
    }
}
