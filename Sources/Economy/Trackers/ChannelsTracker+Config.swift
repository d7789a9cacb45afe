// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
import EVMPrimitives
import EVMSignatures

extension ChannelsTracker: ConfiguredTracker {
    private enum Amounts: String, CaseIterable {
        case cumulative, relative
    }

    private enum Naming: String, CaseIterable {
        case field, parties
    }

    static func settings(_ section: TrackerSection) -> Settings? {
        let own = section.section
        let token = section.token("token")
        let sides = Self.sides(own)
        let channels = Self.channels(own)
        let intake = Self.intake(section)
        var settings = Settings(token: token ?? 0)
        settings.isCumulative =
            own.enumeration("amounts", default: Amounts.cumulative) == .cumulative
        settings.accounts = section.accounts("accounts")
        settings.isNamedByParties = own.enumeration("named_by", default: Naming.field) == .parties
        settings.opensByDeposit = own.bool("opens_by_deposit", default: false)
        settings.period = own.optionalDuration("challenge_period").map {
            UInt64(clamping: $0.components.seconds)
        }
        settings.channelsMax = own.int("channels_max", in: 1...10_000_000, default: 200_000)
        settings.endedMax = own.int("ended_max", in: 1...1_000_000, default: 10_000)
        settings.reconciliation = Reconciliation(section, gauge: "locked")
        let isWhole = Self.check(section, settings)
        guard token != nil, let sides, let channels, let intake, isWhole else { return nil }
        settings.sides = sides
        settings.channels = channels
        settings.intake = intake.value
        return settings
    }

    static func vouchers(_ settings: Settings) -> VoucherIntake? { settings.intake }

    /// The names of the two parties in labels.
    private static func sides(_ section: ConfigSection) -> ChannelSides<String>? {
        guard section.has("parties") else { return ChannelSides("payer", "payee") }
        let names = section.stringList("parties")
        guard names.count == 2, names[0] != names[1], names.allSatisfy({ !$0.isEmpty }) else {
            section.fail(
                at: "parties", "expected two names, such as [creator, executor]",
                advice: "they are the label party of the payer and the payee")
            return nil
        }
        return ChannelSides(names[0], names[1])
    }

    /// Channels by name: `{ mine: 7 }`, `{ mine: "0x…" }`, or a list where several words name one.
    private static func channels(_ section: ConfigSection) -> [NamedChannel]? {
        var channels: [NamedChannel] = []
        var isWhole = true
        for entry in section.entries("channels") {
            let words = (entry.value.items() ?? []).map(Self.word)
            guard !words.isEmpty, !words.contains(nil) else {
                isWhole = false
                continue
            }
            channels.append(
                NamedChannel(name: entry.name, key: Self.key(of: words.compactMap { $0 })))
        }
        return isWhole ? channels : nil
    }

    private static func word(_ value: ConfigValue) -> U256? {
        let expected = "a number, or 0x and hex digits"
        guard let scalar = value.scalar(expected: expected) else { return nil }
        if let number = U256(scalar.text) { return number }
        if scalar.text.hasPrefix("0x"), let bytes = Hex.decode(scalar.text), bytes.count <= 32,
            let word = U256(bigEndian: Array(repeating: 0, count: 32 - bytes.count) + bytes)
        {
            return word
        }
        scalar.fail("expected \(expected), found \(scalar.shown)")
        return nil
    }

    /// What the events of the roles have to say so that they mean something.
    private static func check(_ section: TrackerSection, _ settings: Settings) -> Bool {
        let own = section.section
        let bindings = section.bindings
        func have(_ role: Role, _ fields: [Field]) -> Bool {
            bindings.allSatisfy { binding in
                binding.role != role.rawValue
                    || fields.contains { binding.fields[$0.rawValue] != nil }
            }
        }
        var isWhole = true
        func refuse(_ key: String, _ message: String, _ advice: String) {
            isWhole = false
            if own.has(key) { own.fail(at: key, message, advice: advice) }
            if !own.has(key) { own.fail(message, advice: advice) }
        }
        if !own.has("opened"), !settings.opensByDeposit {
            refuse(
                "opened", "missing key \"opened\"",
                "name the event that opens a channel, or write opens_by_deposit: true")
        }
        if !have(.opened, [.channel]), !settings.isNamedByParties {
            refuse(
                "opened", "missing key \"channel\"",
                "name the argument that names the channel, or write named_by: parties")
        }
        for role in [Role.deposit, .withdraw] where !have(role, [.amount, .total, .balance]) {
            refuse(
                "\(role)", "missing key \"amount\"",
                "name the argument with the amount, or with the sum of the party as total, or with "
                    + "what is in the channel after it as balance")
        }
        if !have(.payment, [.amount, .paid, .balance]) {
            refuse(
                "payment", "missing key \"amount\"",
                "name the argument with the amount, or with what was paid out as paid, or with "
                    + "what is in the channel after it as balance")
        }
        return isWhole
    }

    /// How vouchers are taken in. The outer nil: a fault has been reported.
    private static func intake(_ section: TrackerSection) -> (value: VoucherIntake?, Void)? {
        let own = section.section
        let files = own.list("vouchers").map { value in
            value.scalar(expected: "the path of a file or folder").map { value.absolute($0.text) }
        }
        guard let voucher = own.optionalSection("voucher") else {
            guard files.isEmpty else {
                own.fail(
                    at: "vouchers", "it is not said how the vouchers are signed",
                    advice: "write a section voucher with type, domain and fields")
                return nil
            }
            return own.has("voucher") ? nil : (nil, ())
        }
        let signer = voucher.enumeration("signer", default: VoucherSigner.payer)
        let scheme = VoucherSchemeReader.read(voucher)
        let several = section.bindings.contains {
            $0.fields[Field.peer.rawValue] != nil || $0.fields[Field.via.rawValue] != nil
        }
        if several {
            own.fail(
                at: "voucher", "a voucher names its channel by one word, and these have several",
                advice: "remove peer and via, or the section voucher")
            return nil
        }
        guard let scheme, !files.contains(nil) else { return nil }
        return (
            VoucherIntake(scheme: scheme, signer: signer, files: files.compactMap { $0 }), ()
        )
    }

    static let settingsSchema: [SchemaNode.Property] = [
        .init("token", .anything, "The token that is paid with.", isRequired: true),
        .init(
            "amounts", .words(Amounts.allCases.map(\.rawValue)),
            "Whether the amount of a payment is the sum of all so far, or that of one."),
        .init("parties", .list(of: .string), "What payer and payee are called in labels."),
        .init("channels", .anything, "Channels with series of their own, by name."),
        .init("accounts", .anything, "Parties with series of their own, with or without names."),
        .init(
            "named_by", .words(Naming.allCases.map(\.rawValue)),
            "Whether events carry the channel's name, or it is the hash of the parties."),
        .init("opens_by_deposit", .boolean, "Whether a deposit opens a channel that there is not."),
        .init("challenge_period", .anything, "The challenge period, where no event says it: 1d."),
        .init("channels_max", .integer(1...10_000_000), "How many channels there may be at once."),
        .init(
            "ended_max", .integer(1...1_000_000),
            "How many ended channels are remembered for vouchers that come late."),
        .init(
            "reconcile", Reconciliation.schema, "The view that what is locked is compared with."),
        .init("vouchers", .list(of: .string), "Files and folders with vouchers."),
        .init(
            "voucher",
            .object(
                [
                    .init(
                        "signer", .words(VoucherSigner.allCases.map(\.rawValue)),
                        "Whose promises count.")
                ] + VoucherSchemeReader.schema), "How vouchers are signed."),
    ]
}
