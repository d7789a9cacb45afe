// Weir
// SPDX-License-Identifier: Apache-2.0

/// What can be measured, in the order of a whole run.
enum Lines {
    static let decoding = ["skip", "text", "decode", "reduce", "track", "pack", "unpack"]
    static let names =
        Self.decoding + [
            "series", "scrape", "samples", "keccak", "recover", "prove", "ledger", "stakes",
            "cardinality",
        ]

    /// Measures, and answers whether every result was exact.
    static func run(_ arguments: Arguments, _ show: (Row) -> Void) throws -> Bool {
        let measurement = Measurement(runs: arguments.runs)
        let wanted = arguments.only.isEmpty ? Set(Self.names) : arguments.only
        var isExact = true
        func note(_ row: Row) {
            isExact = isExact && row.isExact
            show(row)
        }
        if !wanted.isDisjoint(with: Self.decoding) {
            let corpus =
                try arguments.corpus.map { try Corpus(folder: $0) }
                ?? Corpus.synthetic(logs: arguments.logs)
            let lines = try DecodingLines(corpus, measurement)
            for name in Self.decoding where wanted.contains(name) { note(try lines.row(name)) }
        }
        if wanted.contains("series") {
            note(
                try ExpositionLines.row("series", arguments.series, arguments.series, measurement))
        }
        if wanted.contains("scrape") {
            // A small page is over before the clock moves: many of them make a run.
            note(try ExpositionLines.row("scrape", 100, arguments.series, measurement))
        }
        if wanted.contains("samples") {
            note(try SampleLines.row(arguments.series, measurement))
        }
        if wanted.contains("keccak") {
            note(HashingLines.keccak(arguments.hashes, measurement))
        }
        if wanted.contains("recover") {
            note(try HashingLines.recover(arguments.hashes / 100, measurement))
        }
        if wanted.contains("prove") {
            note(try HashingLines.prove(arguments.hashes > 1_000 ? 300 : 3, measurement))
        }
        // Memory that one has given back hides what the next one takes.
        if wanted.contains("ledger") {
            try TrackingLines.ledger(
                arguments.accounts, isFresh: wanted == ["ledger"], note)
        }
        if wanted.contains("stakes") {
            try TrackingLines.stakes(
                arguments.accounts, isFresh: wanted == ["stakes"], note)
        }
        if wanted.contains("cardinality") {
            try TrackingLines.cardinality(arguments.accounts, note)
        }
        return isExact
    }
}
