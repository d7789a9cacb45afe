// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMPrimitives
import Testing

@testable import Economy

struct StableTextTests {
    private struct Settings {
        var names: [U256: String]
        var codes: Set<Int>
        var nested: Nested?
        var list = [1, 2]

        enum Nested {
            case plain
            case with(table: [String: [Int: Bool]])
        }
    }

    /// The same entries in a table of that capacity, which decides their order.
    private static func settings(capacity: Int, last: Int = 99) -> Settings {
        var settings = Settings(names: [:], codes: [], nested: .plain)
        settings.names.reserveCapacity(capacity)
        settings.codes.reserveCapacity(capacity)
        var table: [String: [Int: Bool]] = [:]
        table.reserveCapacity(capacity)
        for number in Array(0..<99) + [last] {
            settings.names[U256(UInt64(number))] = "n\(number)"
            settings.codes.insert(number)
            table["t\(number)"] = [number: true, number + 1: false]
        }
        settings.nested = .with(table: table)
        return settings
    }

    @Test func theOrderOfTablesDoesNotMatter() {
        let (small, large) = (Self.settings(capacity: 1), Self.settings(capacity: 5000))
        // As Swift prints them, they differ.
        #expect("\(small)" != "\(large)")
        #expect(StableText.of(small) == StableText.of(large))
    }

    @Test func allElseMatters() {
        let settings = Self.settings(capacity: 1)
        #expect(
            StableText.of(settings) != StableText.of(Self.settings(capacity: 1, last: 100)))
        var other = settings
        other.list = [2, 1]
        #expect(StableText.of(settings) != StableText.of(other))
        other = settings
        other.nested = nil
        #expect(StableText.of(settings) != StableText.of(other))
        other.nested = .plain
        #expect(StableText.of(other).contains("plain"))
        other.names[7] = "eight"
        #expect(StableText.of(other).contains("value: \"eight\""))
    }
}
