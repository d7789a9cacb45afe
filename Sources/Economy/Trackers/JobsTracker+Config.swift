// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
import EVMPrimitives

extension JobsTracker: ConfiguredTracker {
    static func settings(_ section: TrackerSection) -> Settings? {
        let keys = section.section
        var settings = Settings()
        var isWhole = true
        if keys.has("token") {
            settings.token = section.optionalToken("token")
            isWhole = settings.token != nil
        }
        settings.operators = section.accounts("operators")
        if keys.has("models") {
            settings.models = Self.models(keys)
            isWhole = isWhole && settings.models != nil
        }
        settings.modelsMax = keys.int("models_max", in: 1...200, default: settings.modelsMax)
        settings.jobsMax = keys.int("jobs_max", in: 1...5_000_000, default: settings.jobsMax)
        settings.finishedMax = keys.int(
            "finished_max", in: 1...1_000_000, default: settings.finishedMax)
        if keys.has("profit") {
            settings.profit = Self.profit(section)
            isWhole = isWhole && settings.profit != nil
            if settings.operators.isEmpty {
                keys.fail(
                    at: "profit", "profit needs operators",
                    advice: "list the accounts whose transactions are paid for under operators")
                isWhole = false
            }
        }
        settings.hasModels = section.bindings.contains {
            $0.fields[Field.model.rawValue] != nil
        }
        settings.hasEscrow = section.bindings.contains { $0.role == Role.deposited.rawValue }
        return Self.isWhole(section, settings) && isWhole ? settings : nil
    }

    /// Whether the roles make sense together.
    private static func isWhole(_ section: TrackerSection, _ settings: Settings) -> Bool {
        let keys = section.section
        let names = Self.shape.roles.map(\.name)
        let written = names.filter { keys.has($0) }
        guard !written.isEmpty else {
            keys.fail(
                "no event is named",
                advice: "name one for at least one of "
                    + names.joined(separator: ", "))
            return false
        }
        let paying = ["deposited", "released", "refunded", "earned"]
        if let lonely = written.first(where: { !paying.contains($0) }), !keys.has("posted") {
            keys.fail(
                at: lonely, "\(lonely) means nothing without posted",
                advice: "name the event that a job begins with")
            return false
        }
        guard settings.token == nil, !keys.has("token") else { return true }
        let posts = section.bindings.filter { $0.role == Role.posted.rawValue }
        let isToldByJob =
            !posts.isEmpty && posts.allSatisfy { $0.fields[Field.token.rawValue] != nil }
        for binding in section.bindings {
            let role = Self.shape.roles[binding.role].name
            let hasAmount =
                paying.contains(role) || binding.fields[Field.value.rawValue] != nil
            guard hasAmount, binding.fields[Field.token.rawValue] == nil else { continue }
            if isToldByJob, binding.role != Role.posted.rawValue,
                binding.fields[Field.job.rawValue] != nil
            {
                continue
            }
            keys.fail(
                "nothing says which token the amounts of \(role) are in",
                advice: "write token here, or the argument that names it at the event")
            return false
        }
        return true
    }

    /// `models: [a, b]`, or `models: { llama: "0x…" }`. Nil: a fault has been reported.
    private static func models(_ keys: ConfigSection) -> [JobModel]? {
        guard let value = keys.value("models") else { return nil }
        if value.isSection {
            let entries = value.entries() ?? []
            let models = entries.compactMap { entry in
                entry.value.scalar().map { JobModel(name: entry.name, value: Self.spoken($0.text)) }
            }
            return models.count == entries.count ? models : nil
        }
        guard let items = value.items() else { return nil }
        let models = items.compactMap { item in
            item.scalar().map { JobModel(name: $0.text, value: Self.spoken($0.text)) }
        }
        return models.count == items.count ? models : nil
    }

    /// A text as events give it: hex digits are small there.
    private static func spoken(_ text: String) -> String {
        text.hasPrefix("0x") ? text.lowercased() : text
    }

    /// `profit: { contracts: [Market], rates: { FAB: 0.00025 } }`. Nil: a fault has been reported.
    private static func profit(_ section: TrackerSection) -> JobProfit? {
        guard let own = section.section.optionalSection("profit") else { return nil }
        var profit = JobProfit()
        var isWhole = true
        for item in own.value("contracts")?.items() ?? [] {
            guard let scalar = item.scalar(expected: "a contract"),
                let contract = section.contract(scalar)
            else {
                isWhole = false
                continue
            }
            profit.contracts.append(contract)
        }
        for entry in own.entries("rates") {
            guard let scalar = entry.value.scalar(expected: "a number such as 0.00025") else {
                isWhole = false
                continue
            }
            guard let place = section.tokenTable.place(symbol: entry.name) else {
                scalar.fail(
                    "chain \(section.chain) has no token \(entry.name.quoted)",
                    advice: "declare it under tokens")
                isWhole = false
                continue
            }
            guard let ratio = FieldReader.ratio(scalar.text) else {
                scalar.fail("expected a number such as 0.00025, found \(scalar.shown)")
                isWhole = false
                continue
            }
            profit.rates.append(
                JobProfit.Rate(
                    symbol: section.tokenTable[place].symbol, numerator: ratio.numerator,
                    denominator: ratio.denominator))
        }
        return isWhole ? profit : nil
    }

    static let settingsSchema: [SchemaNode.Property] = [
        .init("token", .anything, "The token of amounts whose event names none."),
        .init("operators", .anything, "Accounts with series of their own, with or without names."),
        .init(
            "models", .anything,
            "Kinds of jobs with series of their own: a list, or label to what the event says."),
        .init(
            "models_max", .integer(1...200),
            "How many kinds get series when none are listed; 20 if missing."),
        .init(
            "jobs_max", .integer(1...5_000_000),
            "How many jobs are remembered; 200000 if missing."),
        .init(
            "finished_max", .integer(1...1_000_000),
            "How many finished jobs are remembered; 10000 if missing."),
        .init(
            "profit",
            .object([
                .init(
                    "contracts", .list(of: .string),
                    "Only transactions to these contracts count; all of the operators' if missing."),
                .init(
                    "rates", .map(of: .number(from: 0)),
                    "What a whole token is worth in the chain's own coin."),
            ]), "Earnings less the gas of the operators' transactions, which are fetched for it."),
    ]
}
