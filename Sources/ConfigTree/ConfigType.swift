// Weir
// SPDX-License-Identifier: Apache-2.0

/// How one kind of value is read: the vocabulary of ``ConfigSection``'s reads, which upper modules
/// extend with their own.
///
/// ```
/// extension ConfigType where Value == Address {
///     package static var address: ConfigType<Address> {
///         .parsed("an address (0x and 40 hex digits)") { Address($0) }
///     }
/// }
/// let token = section.required("token", .address)
/// ```
package struct ConfigType<Value> {
    /// Completes the sentence "expected …".
    package let expected: String
    /// Reads the value, or reports why not and gives nil.
    package let read: (ConfigValue) -> Value?
    /// Writes a value as the file would, to show a default.
    package let show: (Value) -> String

    package init(
        _ expected: String,
        show: @escaping (Value) -> String = { String(describing: $0) },
        read: @escaping (ConfigValue) -> Value?
    ) {
        self.expected = expected
        self.show = show
        self.read = read
    }

    /// A type read from a scalar, by a parser that says what is wrong.
    package static func scalar(
        _ expected: String,
        show: @escaping (Value) -> String = { String(describing: $0) },
        _ parse: @escaping (ConfigScalar) throws(ConfigFault) -> Value
    ) -> ConfigType {
        ConfigType(expected, show: show) { value in
            guard let scalar = value.scalar(expected: expected) else { return nil }
            do throws(ConfigFault) {
                return try parse(scalar)
            } catch {
                scalar.fail(error, expected: expected)
                return nil
            }
        }
    }

    /// A type read from a scalar's text, by a parser that gives nil for what it does not take.
    package static func parsed(
        _ expected: String, advice: String? = nil,
        show: @escaping (Value) -> String = { String(describing: $0) },
        _ parse: @escaping (String) -> Value?
    ) -> ConfigType {
        .scalar(expected, show: show) { scalar throws(ConfigFault) in
            guard let value = parse(scalar.text) else { throw ConfigFault(advice: advice) }
            return value
        }
    }
}

extension ConfigType where Value == String {
    /// Any text but none at all.
    package static var string: ConfigType {
        .parsed("text", show: { $0 }, { $0.isEmpty ? nil : $0 })
    }

    /// A path; a relative one counts from the configuration file's folder.
    package static var path: ConfigType {
        ConfigType("a path", show: { $0 }) { value in
            guard let scalar = value.scalar(expected: "a path") else { return nil }
            guard !scalar.text.isEmpty else {
                scalar.fail(ConfigFault(), expected: "a path")
                return nil
            }
            return value.absolute(scalar.text)
        }
    }
}

extension ConfigType where Value == Int {
    package static func int(in range: ClosedRange<Int> = .min ... .max) -> ConfigType {
        .scalar("a whole number") { scalar throws(ConfigFault) in
            try Literal.integer(scalar, in: range)
        }
    }

    /// A size such as `64 MiB`, in bytes.
    package static func byteSize(in range: ClosedRange<Int> = 0 ... .max) -> ConfigType {
        .scalar("a size such as 64 MiB", show: Literal.text(bytes:)) {
            scalar throws(ConfigFault) in
            try Literal.byteSize(scalar, in: range)
        }
    }
}

extension ConfigType where Value == UInt64 {
    package static func uint64(in range: ClosedRange<UInt64> = 0 ... .max) -> ConfigType {
        .scalar("a whole number") { scalar throws(ConfigFault) in
            try Literal.integer(scalar, in: range)
        }
    }
}

extension ConfigType where Value == Double {
    package static func double(
        in range: ClosedRange<Double> = -Double
            .greatestFiniteMagnitude...Double
            .greatestFiniteMagnitude
    ) -> ConfigType {
        .scalar("a number") { scalar throws(ConfigFault) in try Literal.double(scalar, in: range) }
    }
}

extension ConfigType where Value == Bool {
    package static var bool: ConfigType {
        .scalar("true or false") { scalar throws(ConfigFault) in try Literal.bool(scalar) }
    }
}

extension ConfigType where Value == Duration {
    /// A time such as `1h30m`.
    package static func duration(
        in range: ClosedRange<Duration> = .zero ... .seconds(Int64.max)
    ) -> ConfigType {
        .scalar("a duration such as 30s", show: Literal.text(duration:)) {
            scalar throws(ConfigFault) in
            try Literal.duration(scalar, in: range)
        }
    }
}

extension ConfigType where Value: CaseIterable & RawRepresentable, Value.RawValue == String {
    /// One of a type's raw values.
    package static var enumeration: ConfigType {
        let words = Value.allCases.map(\.rawValue)
        return .scalar("one of \(words.joined(separator: ", "))", show: \.rawValue) {
            scalar throws(ConfigFault) in
            if let value = Value(rawValue: scalar.text) { return value }
            let nearest =
                scalar.origin.mayBeSecret
                ? nil : Suggestion.nearest(to: scalar.text, among: words)
            throw ConfigFault(advice: nearest.map { "did you mean \"\($0)\"?" })
        }
    }
}

extension ConfigType where Value == Secret {
    /// Text that is never shown; an override cannot give it.
    package static var secret: ConfigType {
        ConfigType("text", show: { _ in Redaction.secret }) { value in
            value.secretText(expected: "text") { _ in Redaction.secret }.map { Secret($0) }
        }
    }
}

extension ConfigType where Value == SecretURL {
    /// A URL of one of the schemes (in lower case), shown as `scheme://host/…`. An override cannot
    /// give it.
    package static func url(schemes: [String] = ["https", "http"]) -> ConfigType {
        let expected =
            "a URL that begins with " + schemes.map { "\($0)://" }.joined(separator: " or ")
        return ConfigType(expected, show: \.description) { value in
            var url: SecretURL?
            let text = value.secretText(expected: expected) { text in
                url = SecretURL(text).flatMap { schemes.contains($0.scheme) ? $0 : nil }
                return url?.description ?? Redaction.secret
            }
            guard text != nil else { return nil }
            if url == nil { value.fail("expected \(expected)") }
            return url
        }
    }
}

extension ConfigType {
    /// A list of values, or a single one that stands for a list of itself. Nothing (`key:`) is the
    /// empty list.
    package static func list<Item>(_ item: ConfigType<Item>) -> ConfigType where Value == [Item] {
        ConfigType(
            "a list, each item \(item.expected)",
            show: { $0.map(item.show).joined(separator: ", ") }
        ) { value in
            guard let items = value.items() else { return nil }
            let values = items.map(item.read)
            return values.contains { $0 == nil } ? nil : values.compactMap { $0 }
        }
    }
}
