// Weir
// SPDX-License-Identifier: Apache-2.0

/// What can go wrong with a database.
package enum SQLError: Error, Equatable, Sendable {
    /// Somebody else holds a lock for longer than the busy timeout.
    case busy(String)
    /// The server went away (PostgreSQL).
    case connectionLost(String)
    /// No space left on the device, or a quota is reached. Nothing was committed.
    case diskFull(String)
    /// The device failed to read, write or sync. The file must not be trusted to be durable
    /// until it was closed and opened again.
    case io(String)
    /// The content contradicts itself.
    case corrupt(String)
    /// The file is not a database.
    case notADatabase(path: String)
    /// A database of another program.
    case foreignDatabase(path: String, applicationID: UInt32)
    /// The database may not be written, or a read tried to write.
    case readOnly(String)
    /// The database could not be opened.
    case cannotOpen(path: String, reason: String)
    /// Another process (or this one) has the database open for writing.
    case alreadyInUse(path: String, pid: Int32?)
    /// A unique, not-null, check or foreign-key rule was broken.
    case constraint(String)
    /// A value has another type than the one asked for.
    case typeMismatch(column: String, expected: String, found: String)
    /// Migrations were applied that this program does not know.
    case schemaTooNew(applied: [String], known: [String])
    /// The schema has never been made and may not be made now (opened for reading only).
    case schemaMissing(pending: [String])
    /// A migration that is applied has other text, or another place, in this program.
    case migrationEdited(name: String)
    /// The connection was closed.
    case closed
    /// The body of a transaction gave up on purpose; nothing was written.
    case abandoned(String)
    /// A mistake of the caller.
    case misuse(String)
    /// Anything else, with the database's own code and words.
    case other(code: String, text: String)
}

extension SQLError {
    /// What to do about an error.
    package enum Disposition: Sendable, Equatable {
        /// The same call may succeed later.
        case retry
        /// This input is bad; others may go on.
        case reject
        /// An operator must look; going on may harm.
        case halt
    }

    package var disposition: Disposition {
        switch self {
        case .busy, .connectionLost, .diskFull: .retry
        case .constraint, .typeMismatch, .abandoned, .misuse: .reject
        case .io, .corrupt, .notADatabase, .foreignDatabase, .readOnly, .cannotOpen,
            .alreadyInUse, .schemaTooNew, .schemaMissing, .migrationEdited, .closed, .other:
            .halt
        }
    }

    /// Whether trying again later may help.
    package var isTransient: Bool { self.disposition == .retry }
}

extension SQLError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .busy(let detail):
            "The database is locked by another user of it (\(detail)). Try again, or close the "
                + "other program."
        case .connectionLost(let detail):
            "The connection to the database was lost (\(detail))."
        case .diskFull(let detail):
            "The disk of the database is full (\(detail)). Nothing was written; free some space."
        case .io(let detail):
            "The disk of the database failed (\(detail)). Check the device, then restart."
        case .corrupt(let detail):
            "The database is damaged (\(detail)). Restore a backup, or delete the file and let "
                + "it be filled again from the chain."
        case .notADatabase(let path):
            "\(path) is not a database. Choose another path for the store."
        case .foreignDatabase(let path, let applicationID):
            "\(path) is the database of another program (application id "
                + "0x\(String(applicationID, radix: 16))). Choose another path for the store."
        case .readOnly(let detail):
            "The database cannot be written (\(detail)). Check the owner and mode of the file "
                + "and its directory."
        case .cannotOpen(let path, let reason):
            "The database \(path) cannot be opened: \(reason)."
        case .alreadyInUse(let path, let pid):
            "The database \(path) is in use by "
                + (pid.map { "process \($0)" } ?? "another process")
                + ". Stop it first, or choose another path for the store."
        case .constraint(let detail):
            "A rule of the database was broken (\(detail))."
        case .typeMismatch(let column, let expected, let found):
            "Column \(column) of a result: \(expected) was expected, \(found) was found."
        case .schemaTooNew(let applied, let known):
            "The database was made by a newer version: it has the migrations "
                + applied.filter { !known.contains($0) }.map { "'\($0)'" }
                .joined(separator: ", ")
                + ", and this version knows none after "
                + (known.last.map { "'\($0)'" } ?? "the empty schema")
                + ". Install the newer version again, or restore a backup."
        case .schemaMissing(let pending):
            "The database lacks the migrations "
                + pending.map { "'\($0)'" }.joined(separator: ", ")
                + ". Start the monitor once to bring it up to date."
        case .migrationEdited(let name):
            "The migration '\(name)' is not the one that the database was made with. The "
                + "program and the database do not belong together."
        case .closed:
            "The database is closed."
        case .abandoned(let reason):
            "The transaction was abandoned: \(reason)."
        case .misuse(let detail):
            "The database was used wrongly: \(detail)."
        case .other(let code, let text):
            "The database reports \(code): \(text)."
        }
    }
}
