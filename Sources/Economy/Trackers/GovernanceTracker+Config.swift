// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
import EVMABI
import EVMPrimitives

extension GovernanceTracker: ConfiguredTracker {
    struct Settings: Sendable {
        /// The place of the token that votes are told in.
        var token: Int
        var clock: ClockSource
        var blockMilliseconds: UInt64?
        /// In blocks or seconds, as the clock counts; for events that do not tell times.
        var votingDelay: UInt64?
        var votingPeriod: UInt64?
        var quorum: Threshold?
        var supply: Threshold?
        /// The kinds of votes that make the quorum.
        var quorumCounts: [Support]
        /// After its eta a queued proposal expires so much later; nil: never.
        var graceSeconds: UInt64?
        var proposalsMax: Int
        var functions: CallFunctions
    }

    /// Where it is known from what the governor counts time in.
    enum ClockSource: Sendable {
        case block, timestamp
        /// `CLOCK_MODE()`.
        case view(ViewFunction)
    }

    /// A number of votes.
    enum Threshold: Sendable {
        /// Whole tokens and parts of them, as a ratio.
        case tokens(numerator: U256, denominator: U256)
        /// A part of the supply.
        case share(numerator: U256, denominator: U256)
        case view(ViewFunction)

        /// A constant in smallest units, rounded down; nil where it is none.
        func units(decimals: UInt8) -> U256? {
            guard case .tokens(let numerator, let denominator) = self,
                let unit = U256.powerOfTen(Int(decimals))
            else { return nil }
            guard let product = numerator.multiplied(by: unit) else { return .max }
            return product.quotientAndRemainder(dividingBy: denominator)?.quotient
        }
    }

    /// The functions that calls of proposals are read with. Nothing that a state depends on: its
    /// text does not change with them.
    struct CallFunctions: Sendable, CustomStringConvertible {
        var catalog: FunctionCatalog

        var description: String { "functions" }

        func text(_ tokens: TokenTable) -> CallText {
            var units: [Address: TokenUnit] = [:]
            for token in tokens.tokens {
                if let address = token.address, let decimals = token.decimals {
                    units[address] = TokenUnit(symbol: token.symbol, decimals: decimals)
                }
            }
            let native = tokens.place(at: .zero).map { tokens[$0] }
            return CallText(
                self.catalog, tokens: units,
                native: native.map {
                    TokenUnit(symbol: $0.symbol, decimals: $0.decimals ?? 18)
                } ?? .ether)
        }
    }

    // MARK: Reading

    static func settings(_ section: TrackerSection) -> Settings? {
        let own = section.section
        let token = section.token("token")
        let clock = self.clock(section)
        let block = own.optionalDuration(
            "block_time", in: .milliseconds(1)...Duration.seconds(3_600))
        let blockMilliseconds = block.map(self.milliseconds)
        let isTime: Bool? =
            switch clock {
            case .block: false
            case .timestamp: true
            case .view, nil: nil
            }
        let delay = self.span(section, "voting_delay", isTime, blockMilliseconds)
        let period = self.span(section, "voting_period", isTime, blockMilliseconds)
        let quorum = self.threshold(section, "quorum")
        let supply = self.threshold(section, "supply")
        let counts = own.optional("quorum_counts", .list(self.support))
        let grace = own.optionalDuration("grace_period", in: .zero...Duration.seconds(1 << 40))
        let most = own.int("proposals_max", in: 1...100_000, default: 2_000)
        guard let token, let clock, let delay, let period, let quorum, let supply else {
            return nil
        }
        let settings = Settings(
            token: token, clock: clock, blockMilliseconds: blockMilliseconds,
            votingDelay: delay.count, votingPeriod: period.count, quorum: quorum.threshold,
            supply: supply.threshold, quorumCounts: counts ?? [.inFavour, .abstain],
            graceSeconds: grace.map { self.milliseconds($0) / 1_000 }, proposalsMax: most,
            functions: CallFunctions(catalog: section.events.functions(on: section.chain)))
        return self.check(settings, section) ? settings : nil
    }

    /// Faults between keys.
    private static func check(_ settings: Settings, _ section: TrackerSection) -> Bool {
        if case .share = settings.supply {
            section.section.fail(
                at: "supply", "the supply is no share of itself",
                advice: "write an amount, or a view such as Token.getPastTotalSupply(uint256)")
            return false
        }
        if case .share = settings.quorum, settings.supply == nil {
            section.section.fail(
                at: "quorum", "a quorum in percent needs the supply",
                advice: "add supply, for example Token.getPastTotalSupply(uint256)")
            return false
        }
        let knowsStart =
            settings.votingDelay != nil
            || section.bindings.filter { $0.role == Role.proposed.rawValue }
                .allSatisfy { $0.fields[Field.start.rawValue] != nil }
        for (key, threshold) in [("quorum", settings.quorum), ("supply", settings.supply)] {
            guard case .view(let view) = threshold, !view.function.inputs.isEmpty, !knowsStart
            else {
                continue
            }
            section.section.fail(
                at: key,
                "\(view.function.signature) takes the start of the vote, which no event says",
                advice: "map start of proposed, or write voting_delay")
            return false
        }
        return true
    }

    private static func clock(_ section: TrackerSection) -> ClockSource? {
        guard
            let scalar = section.section.optionalScalar(
                "clock", expected: "block, timestamp or Contract.CLOCK_MODE()")
        else { return section.section.has("clock") ? nil : .block }
        switch scalar.text {
        case "block": return .block
        case "timestamp": return .timestamp
        default: break
        }
        guard scalar.text.contains("(") else {
            scalar.fail(
                "expected block, timestamp or Contract.CLOCK_MODE(), found \(scalar.shown)")
            return nil
        }
        return self.view(section, scalar, of: .string, arguments: [[]]).map { .view($0) }
    }

    /// A view whose answer is of a type, whatever the text says of it.
    private static func view(
        _ section: TrackerSection, _ scalar: ConfigScalar, of type: ABIType,
        arguments: [[ABIType]]
    ) -> ViewFunction? {
        guard var view = section.view(scalar) else { return nil }
        if view.function.outputs.isEmpty { view.function.outputs = [ABIParameter("", type)] }
        guard arguments.contains(view.function.inputs.map(\.type)) else {
            let known = arguments.map { $0.map(\.canonical).joined(separator: ",") }
                .map { $0.isEmpty ? "none" : $0 }.joined(separator: " or ")
            scalar.fail(
                "\(view.function.signature) has other arguments than \(known)",
                advice: "it is asked for a block or time, or for nothing")
            return nil
        }
        return view
    }

    /// Nil: a fault has been reported.
    private static func threshold(
        _ section: TrackerSection, _ key: String
    ) -> (threshold: Threshold?, Void)? {
        guard
            let scalar = section.section.optionalScalar(
                key, expected: "an amount of tokens, a percentage or Contract.function()")
        else { return (nil, ()) }
        if scalar.text.contains("(") {
            return self.view(section, scalar, of: .uint256, arguments: [[], [.uint256]])
                .map { (.view($0), ()) }
        }
        let isShare = scalar.text.hasSuffix("%")
        let text = String(scalar.text.filter { $0 != "_" && $0 != "%" })
        let isNothing = !text.isEmpty && text.allSatisfy { $0 == "0" }
        let ratio = isNothing ? (.zero, .one) : FieldReader.ratio(text)
        guard let ratio, isShare || scalar.text.allSatisfy({ $0 != "%" }) else {
            scalar.fail(
                "expected an amount of tokens, a percentage or Contract.function(), found "
                    + scalar.shown,
                advice: "for example 1_000_000, 4% or Governor.quorum(uint256)")
            return nil
        }
        guard isShare else { return (.tokens(numerator: ratio.0, denominator: ratio.1), ()) }
        guard let whole = ratio.1.multiplied(by: U256(100)), ratio.0 <= whole else {
            scalar.fail("\(scalar.shown) is more than all there is")
            return nil
        }
        return (.share(numerator: ratio.0, denominator: whole), ())
    }

    /// A length of time in what the clock counts: a whole number, or a duration. Nil: a fault has
    /// been reported.
    private static func span(
        _ section: TrackerSection, _ key: String, _ isTime: Bool?, _ block: UInt64?
    ) -> (count: UInt64?, Void)? {
        guard let value = section.section.value(key), !value.isNull else { return (nil, ()) }
        guard let scalar = value.scalar(expected: "a whole number, or a duration such as 3d") else {
            return nil
        }
        guard let isTime else {
            scalar.fail(
                "\(key) needs a clock that is known", advice: "write clock: block or timestamp")
            return nil
        }
        if let number = UInt64(scalar.text.filter { $0 != "_" }) { return (number, ()) }
        guard let duration = value.read(.duration()) else { return nil }
        let milliseconds = self.milliseconds(duration)
        if isTime { return (milliseconds / 1_000, ()) }
        guard let block else {
            scalar.fail(
                "the clock counts blocks, and the time between them is not known",
                advice: "write a number of blocks, or block_time")
            return nil
        }
        return (milliseconds / block, ())
    }

    private static func milliseconds(_ duration: Duration) -> UInt64 {
        let (seconds, attoseconds) = duration.components
        let whole = UInt64(clamping: seconds).multipliedReportingOverflow(by: 1_000)
        return whole.overflow
            ? .max
            : whole.partialValue.addingSaturated(
                UInt64(clamping: attoseconds / 1_000_000_000_000_000))
    }

    private static var support: ConfigType<Support> {
        .parsed("for, against or abstain", show: \.label) { text in
            [Support.inFavour, .against, .abstain].first { $0.label == text }
        }
    }

    // MARK: Schema

    static let settingsSchema: [SchemaNode.Property] = [
        .init("token", .anything, "The token whose holders vote.", isRequired: true),
        .init(
            "clock", .text(examples: ["block", "timestamp", "Governor.CLOCK_MODE()"]),
            "What the governor counts time in (EIP-6372); block if missing."),
        .init("block_time", .duration, "The time between blocks; measured if missing."),
        .init(
            "voting_delay", .either([.integer(0...), .duration]),
            "Until votes are taken, where the event does not say it."),
        .init(
            "voting_period", .either([.integer(0...), .duration]),
            "For how long votes are taken, where the event does not say it."),
        .init(
            "quorum",
            .either([
                .number(from: 0), .text(examples: ["4%", "Governor.quorum(uint256)"]),
            ]), "The votes that a proposal needs: tokens, a part of the supply, or a view."),
        .init(
            "supply",
            .either([
                .number(from: 0), .text(examples: ["Token.getPastTotalSupply(uint256)"]),
            ]), "All voting power: tokens, or a view."),
        .init(
            "quorum_counts", .list(of: .words(["for", "against", "abstain"])),
            "The votes that make the quorum; for and abstain if missing."),
        .init("grace_period", .duration, "How long after its eta a proposal can be executed."),
        .init(
            "proposals_max", .integer(1...100_000),
            "How many proposals are remembered; 2000 if missing."),
    ]
}
