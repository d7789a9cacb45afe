// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainProofs
import EVMPrimitives
import EVMRPC
import JSONBytes
package import Tabular

/// The verdict on one block as it is shown: the line of a batch, a row of a table, or a table.
package struct VerdictSheet: Sendable, Equatable {
    /// The checks of every line, by the name of their member.
    private static let documented: [(name: StaticString, check: BlockVerdict.Check)] = [
        ("hash", .blockHash), ("transactionsRoot", .transactionsRoot),
        ("receiptsRoot", .receiptsRoot), ("logsBloom", .logsBloom), ("senders", .senders),
    ]
    /// Checks of what is stated beside the roots: members of a line only where they fail.
    private static let further: [(name: StaticString, check: BlockVerdict.Check)] = [
        ("transactionHashes", .transactionHashes), ("receiptBlooms", .receiptBlooms),
        ("gasUsed", .gasUsed),
    ]

    let header: BlockHeader
    let verdict: BlockVerdict
    /// Whether the block has withdrawals or a root of them.
    private let hasWithdrawals: Bool
    /// What is to be said of each check that does not hold.
    package let notes: [String]

    init(_ document: BlockDocument, _ verdict: BlockVerdict) {
        let block = document.block
        self.header = block.header
        self.verdict = verdict
        self.hasWithdrawals = block.withdrawals != nil || block.header.withdrawalsRoot != nil
        var notes: [String] = []
        if block.transactions == nil {
            notes.append("transactionsRoot, senders: the block lists only hashes of transactions")
        }
        if document.receipts == nil {
            notes.append("receiptsRoot, logsBloom: there are no receipts")
        }
        if self.hasWithdrawals, block.withdrawals == nil {
            notes.append("withdrawalsRoot: the block does not list its withdrawals")
        }
        for (name, check) in Self.named {
            guard let words = Self.words(check, verdict) else { continue }
            notes.append("\(name): \(words)")
        }
        self.notes = notes
    }

    /// How many checks were made and failed.
    package var failures: Int { self.verdict.failures.count }

    private static var named: [(name: StaticString, check: BlockVerdict.Check)] {
        Self.documented + [("withdrawalsRoot", .withdrawalsRoot)] + Self.further
    }

    /// Why a check does not hold; nil where it does or was not made.
    private static func words(
        _ check: BlockVerdict.Check, _ verdict: BlockVerdict
    ) -> String? {
        let evidence = verdict.evidence[check].map { "\($0)" }
        return switch verdict.outcomes[check] {
        case .fails?: evidence ?? "the header has no root of the withdrawals"
        // The reason stands at the root already.
        case .impossible? where check == .transactionHashes: nil
        // Which transaction it is.
        case .impossible? where check == .senders: evidence
        case .impossible(let error)?: "\(error)"
        case .holds?, nil: nil
        }
    }

    // MARK: As a line

    /// The members of a batch's line, without the line feed.
    package var json: [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.key("number")
        json.string(self.header.number.hexQuantity)
        for (name, check) in Self.documented { self.write(name, check, to: &json) }
        if self.hasWithdrawals { self.write("withdrawalsRoot", .withdrawalsRoot, to: &json) }
        for (name, check) in Self.further where self.verdict.outcomes[check] == .fails {
            self.write(name, check, to: &json)
        }
        if !self.notes.isEmpty {
            json.key("notes")
            json.beginArray()
            for note in self.notes { json.string(note) }
            json.endArray()
        }
        json.endObject()
        return json.bytes
    }

    private func write(
        _ name: StaticString, _ check: BlockVerdict.Check, to json: inout JSONWriter
    ) {
        json.key(name)
        switch self.verdict.outcomes[check] {
        case .holds?: json.bool(true)
        case .fails?: json.bool(false)
        case .impossible?, nil: json.null()
        }
    }

    // MARK: As a row

    /// The columns of a table with a row for each block.
    static let columns = [
        Column("block", "Block", alignment: .right), Column("hash", "Hash"),
        Column("transactions_root", "Transactions"), Column("receipts_root", "Receipts"),
        Column("logs_bloom", "Bloom"), Column("senders", "Senders"),
        Column("withdrawals_root", "Withdrawals"), Column("notes", "Notes"),
    ]

    var row: [Cell] {
        var row: [Cell] = [.integer(self.header.number.rawValue)]
        for (_, check) in Self.documented { row.append(.text(self.result(check))) }
        row.append(self.hasWithdrawals ? .text(self.result(.withdrawalsRoot)) : .empty)
        row.append(.text(self.notes.joined(separator: "; ")))
        return row
    }

    private func result(_ check: BlockVerdict.Check) -> String {
        switch self.verdict.outcomes[check] {
        case .holds?: "ok"
        case .fails?: "WRONG"
        case .impossible?, nil: "not checkable"
        }
    }

    // MARK: As a table

    /// One row for each check: what the header or the endpoint states, and what was computed.
    package var table: Table {
        var table = Table(
            title: "Block \(self.header.number) \(self.header.hash)",
            columns: [
                Column("check", "Check"), Column("expected", "Expected"),
                Column("computed", "Computed"), Column("result", "Result"),
            ])
        for (name, check) in Self.named where check != .withdrawalsRoot || self.hasWithdrawals {
            let (expected, computed) = self.sides(check)
            table.append([
                .text("\(name)"), expected, computed, .text(self.result(check)),
            ])
        }
        return table
    }

    private func sides(_ check: BlockVerdict.Check) -> (expected: Cell, computed: Cell) {
        switch self.verdict.evidence[check] {
        case .hashes(let stated, let computed)?: (.text("\(stated)"), .text("\(computed)"))
        case .blooms(let stated, let computed)?:
            (.text("\(stated.bitCount) bits"), .text("\(computed.bitCount) bits"))
        case .gas(let stated, let computed)?: (.integer(stated), .integer(computed))
        case .items(let count, let faults)?:
            (.text("\(count)"), .text("\(count - faults.count) of \(count)"))
        case nil: (.empty, .empty)
        }
    }
}
