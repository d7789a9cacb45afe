// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
package import ConfigTree
import EVMRPC
import Economy

extension WeirConfiguration {
    /// What a configuration file may hold, for editors.
    package static let schema: SchemaNode = .object(
        [
            .init(
                "namespace", .text(pattern: "^[a-z][a-z0-9]*(_[a-z0-9]+)*$"), "Prefix of metrics."),
            .init("server", ConfigurationSchema.server, "Where metrics and the API are served."),
            .init("store", ConfigurationSchema.store, "Where state is kept."),
            .init("logging", ConfigurationSchema.logging, "What is logged."),
            .init(
                "presets", .string, "The folder of presets; presets beside this file by default."),
            .init("use", ConfigTree.useSchema, "Presets that are added to this file."),
            .init("chains", .map(of: ConfigurationSchema.chain), "The chains.", isRequired: true),
            .init("contracts", .map(of: ConfigurationSchema.contract), "The watched contracts."),
            .init("tokens", .map(of: ConfigurationSchema.token), "Tokens by symbol."),
            .init("trackers", TrackerReader.schema, "What the events of contracts mean."),
            .init("metrics", .list(of: ConfigurationSchema.metric), "Metrics of your own."),
            .init("aliases", .map(of: .string), "New name to metric."),
        ] + AlertingConfiguration.schema)

    /// The schema as JSON text (draft 2020-12).
    package static var jsonSchema: String { Self.schema.jsonSchema(title: "Weir configuration") }
}

/// The schemas of the sections.
enum ConfigurationSchema {
    static let server: SchemaNode = .object([
        .init("listen", .text(examples: ["127.0.0.1:9560"]), "Address and port."),
        .init(
            "vouchers_token", .string,
            "What has to be shown to hand vouchers in over HTTP; without it nobody may."),
        .init("vouchers_token_file", .string, "A file with the token."),
        .init(
            "api_token", .string,
            "What has to be shown to set silences over HTTP where others can ask too."),
        .init("api_token_file", .string, "A file with the token."),
    ])
    static let store: SchemaNode = .object([
        .init("sqlite", .string, "The file; a relative path counts from this file's folder.")
    ])
    static let logging: SchemaNode = .object([
        .init("level", .choice(of: LoggingConfiguration.Level.self), "The least severity."),
        .init("format", .choice(of: LoggingConfiguration.Format.self), "For people or collectors."),
    ])
    static let budget: SchemaNode = .object([
        .init("rate", .text(examples: ["25/s", "600/min"]), "The most calls in a time."),
        .init("credits_per_day", .integer(1...), "The plan's credits of a day (UTC)."),
        .init("pricing", .choice(of: CreditPricing.Plan.self), "What calls cost."),
        .init("costs", .map(of: .integer(0...)), "Method to credits, where it costs another."),
    ])
    static let endpoint: SchemaNode = .object([
        .init("url", .string, "JSON-RPC over http or https; a secret.", isRequired: true),
        .init("name", .string, "What metrics and logs call it; the host if missing."),
        .init("weight", .integer(1...1_000), "Its share; the heaviest is preferred at the head."),
        .init(
            "budget", .either([.text(examples: ["25/s", "600/min"]), budget]),
            "The most calls in a time, and the plan's credits."),
        .init("timeout", .duration, "For one exchange."),
        .init("max_response", .byteSize, "The largest answer that is read."),
        .init("batch", .integer(1...1_000), "The most calls in one batch."),
        .init("headers", .map(of: .string), "Further headers; their values are secrets."),
    ])
    static let catchUp: SchemaNode = .object([
        .init("concurrency", .integer(1...64), "Log ranges under way at once."),
        .init("span", .integer(1...1_000_000), "Blocks of the first log range."),
        .init("span_max", .integer(1...1_000_000), "Blocks of the largest log range."),
    ])
    static let poll: SchemaNode = .object([
        .init("min", .duration, "The shortest time between looks at the head."),
        .init("max", .duration, "The longest."),
    ])
    static let chain: SchemaNode = .object([
        .init("id", .integer(1...), "The chain's id (EIP-155).", isRequired: true),
        .init("endpoints", .list(of: endpoint), "JSON-RPC endpoints.", isRequired: true),
        .init(
            "follow", .either([.words(["latest", "safe", "finalized"]), .integer(0...1_000_000)]),
            "Up to where blocks are read."),
        .init(
            "finality", .either([.words(["finalized", "safe"]), .integer(1...1_000_000)]),
            "Below it state is settled."),
        .init("start", .integer(0...), "The first block whose events count."),
        .init(
            "explorer", .text(examples: ["https://basescan.org"]),
            "Where texts of alerts point for a transaction."),
        .init("verify", .choice(of: VerificationLevel.self), "How much of each answer is proven."),
        .init("quorum", .integer(1...), "How many endpoints must say a block's hash."),
        .init("catch_up", catchUp, "Tuning of the first reading."),
        .init("poll", poll, "How often the head is looked at."),
    ])
    static let value: SchemaNode = .object([
        .init("argument", .string, "An unsigned integer argument.", isRequired: true),
        .init("decimals", .integer(0...255), "Of the token; 18 if missing."),
        .init("buckets", .list(of: .number(from: 0)), "Rising upper bounds."),
    ])
    static let implementation: SchemaNode = .object([
        .init("address", .text(pattern: "^0[xX][0-9a-fA-F]{40}$"), "EIP-55.", isRequired: true),
        .init("abi", .list(of: .string), "ABI files.", isRequired: true),
    ])
    static let contract: SchemaNode = .object([
        .init("chain", .string, "The name of its chain.", isRequired: true),
        .init("address", .text(pattern: "^0[xX][0-9a-fA-F]{40}$"), "EIP-55.", isRequired: true),
        .init("abi", .list(of: .string), "ABI files; with implementations, of the proxy itself."),
        .init(
            "implementations", .list(of: implementation),
            "What runs behind a proxy, the first one until another is known to run."),
        .init("beacon", .string, "The proxy's beacon: a contract's name or an address."),
        .init("values", .map(of: value), "Which argument of an event is its value."),
    ])
    static let token: SchemaNode = .object([
        .init("chain", .string, "The name of its chain.", isRequired: true),
        .init(
            "address", .text(pattern: "^0[xX][0-9a-fA-F]{40}$"),
            "The contract; the chain's own coin has none."),
        .init("decimals", .integer(0...77), "Read from the chain where it is missing."),
    ])
    static let key: SchemaNode = .object([
        .init("from", .string, "Argument of the first event.", isRequired: true),
        .init("to", .string, "Argument of the second event.", isRequired: true),
    ])
    static let metric: SchemaNode = .object([
        .init("name", .string, "In full; _total on counters and sums.", isRequired: true),
        .init("type", .choice(of: MetricKind.self), "What is made of events.", isRequired: true),
        .init("help", .string, "One sentence."),
        .init("max_series", .integer(1...100_000), "Further label sets become other."),
        .init("labels", .map(of: .string), "Label to argument."),
        .init("event", .text(examples: ["Token.Transfer"]), "Contract.Event."),
        .init("value", .string, "An integer argument."),
        .init("decimals", .integer(0...255), "Of the value; 0 if missing."),
        .init("buckets", .list(of: .number(from: 0)), "Rising upper bounds."),
        .init("from", .string, "The first event of a latency."),
        .init("to", .string, "The second event of a latency."),
        .init("key", .either([.string, key]), "The argument that joins both."),
        .init("pending_max", .integer(1...10_000_000), "First events that may wait."),
    ])
}
