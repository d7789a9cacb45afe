// Weir
// SPDX-License-Identifier: Apache-2.0

/// One step of the schema: named, ordered, never edited once it was released.
///
/// The texts may hold the tokens of ``SQLDialect``. To change a table, add a migration at the end;
/// the ``Migrator`` refuses a database whose applied migrations have other texts than these.
package struct Migration: Sendable, Equatable {
    /// The name, unique in its list, as it is stored in the database.
    package let name: String
    /// The statements, one SQL statement each, run in order in one transaction.
    package let statements: [String]

    package init(_ name: String, _ statements: [String]) {
        self.name = name
        self.statements = statements
    }

    /// Sixteen hex digits over the texts before their tokens are replaced, so it is the same for
    /// every dialect: FNV-1a of 64 bits, each statement closed by a zero byte. It finds edits, it
    /// does not resist forgers.
    package var checksum: String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for statement in self.statements {
            for byte in statement.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
            hash = hash &* 0x100_0000_01b3
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
