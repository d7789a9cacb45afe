// Weir
// SPDX-License-Identifier: Apache-2.0

/// What is wrong with the command line.
struct UsageError: Error {
    var message: String
}

/// The command line.
struct Arguments {
    enum Command {
        case measure
        case forge
    }

    static let usage = """
        usage: WeirBenchmarks [--corpus DIR | --logs N] [--only NAME]... [--runs N] [--series N]
                              [--accounts N] [--smoke] [--json]
               WeirBenchmarks forge --in DIR --out DIR [--contract-per-event]

        The hot paths on one core, in CPU time. Names: \(Lines.names.joined(separator: ", ")).
        A corpus has rpc.ndjson and expected.json; without one, N transfers are made in memory.
        Exit code 1 where a result is not what the corpus says.

        forge takes the logs of a corpus and makes the chain that had them: signed transactions,
        receipts, and headers with true blooms, roots, hashes and parents.

          --runs N              runs that count, after one that does not (5)
          --series N            series to render (100000)
          --accounts N          accounts of trackers (1000000)
          --smoke               sizes that only show that everything runs
          --json                a line of JSON for each measurement
          --contract-per-event  forge: all logs of an event are of one contract
        """

    var command = Command.measure
    var corpus: String?
    var logs = 100_000
    var only: Set<String> = []
    var runs = 5
    var series = 100_000
    /// Hashes of a run; a hundredth of them signatures.
    var hashes = 200_000
    /// Accounts, or strangers, that trackers meet.
    var accounts = 1_000_000
    var isJSON = false
    var input = ""
    var output = ""
    var isContractPerEvent = false

    init(_ words: [String]) throws(UsageError) {
        var rest = words[...]
        if rest.first == "forge" {
            self.command = .forge
            rest.removeFirst()
        }
        while let word = rest.popFirst() {
            switch (self.command, word) {
            case (.measure, "--corpus"): self.corpus = try Self.value(word, &rest)
            case (.measure, "--logs"): self.logs = try Self.number(word, &rest)
            case (.measure, "--only"): self.only.insert(try Self.name(&rest))
            case (.measure, "--runs"): self.runs = try Self.number(word, &rest)
            case (.measure, "--series"): self.series = try Self.number(word, &rest)
            case (.measure, "--accounts"): self.accounts = try Self.number(word, &rest)
            case (.measure, "--smoke"):
                (self.logs, self.runs, self.series, self.hashes) = (300, 1, 200, 200)
                self.accounts = 300
            case (.measure, "--json"): self.isJSON = true
            case (.forge, "--in"): self.input = try Self.value(word, &rest)
            case (.forge, "--out"): self.output = try Self.value(word, &rest)
            case (.forge, "--contract-per-event"): self.isContractPerEvent = true
            default: throw UsageError(message: "unknown option \(word)")
            }
        }
        if self.command == .forge, self.input.isEmpty || self.output.isEmpty {
            throw UsageError(message: "forge needs --in and --out")
        }
    }

    private static func value(
        _ option: String, _ rest: inout ArraySlice<String>
    ) throws(UsageError) -> String {
        guard let value = rest.popFirst() else {
            throw UsageError(message: "\(option) needs a value")
        }
        return value
    }

    private static func number(
        _ option: String, _ rest: inout ArraySlice<String>
    ) throws(UsageError) -> Int {
        let text = try self.value(option, &rest)
        guard let number = Int(text), (1...10_000_000).contains(number) else {
            throw UsageError(message: "\(option) takes a number from 1 to 10000000, not \(text)")
        }
        return number
    }

    private static func name(_ rest: inout ArraySlice<String>) throws(UsageError) -> String {
        let name = try self.value("--only", &rest)
        guard Lines.names.contains(name) else {
            throw UsageError(message: "--only takes \(Lines.names.joined(separator: ", "))")
        }
        return name
    }
}
