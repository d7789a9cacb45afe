// Weir
// SPDX-License-Identifier: Apache-2.0

// Each type in up to three forms: required, `optional…` (nil where missing), and with a default.

extension ConfigSection {
    /// The raw text with its place, for those who parse it themselves.
    package func scalar(_ key: String, expected: String = "text") -> ConfigScalar? {
        self.required(key, ConfigType(expected) { $0.scalar(expected: expected) })
    }
    package func optionalScalar(_ key: String, expected: String = "text") -> ConfigScalar? {
        self.optional(key, ConfigType(expected) { $0.scalar(expected: expected) })
    }

    package func string(_ key: String) -> String? { self.required(key, .string) }
    package func optionalString(_ key: String) -> String? { self.optional(key, .string) }
    package func string(_ key: String, default standard: String) -> String {
        self.value(key, .string, default: standard)
    }

    package func int(_ key: String, in range: ClosedRange<Int> = .min ... .max) -> Int? {
        self.required(key, .int(in: range))
    }
    package func optionalInt(_ key: String, in range: ClosedRange<Int> = .min ... .max) -> Int? {
        self.optional(key, .int(in: range))
    }
    package func int(
        _ key: String, in range: ClosedRange<Int> = .min ... .max, default standard: Int
    ) -> Int {
        self.value(key, .int(in: range), default: standard)
    }

    package func uint64(
        _ key: String, in range: ClosedRange<UInt64> = 0 ... .max
    ) -> UInt64? {
        self.required(key, .uint64(in: range))
    }
    package func optionalUInt64(
        _ key: String, in range: ClosedRange<UInt64> = 0 ... .max
    ) -> UInt64? {
        self.optional(key, .uint64(in: range))
    }
    package func uint64(
        _ key: String, in range: ClosedRange<UInt64> = 0 ... .max, default standard: UInt64
    ) -> UInt64 {
        self.value(key, .uint64(in: range), default: standard)
    }

    package func double(_ key: String, in range: ClosedRange<Double>? = nil) -> Double? {
        self.required(key, range.map { .double(in: $0) } ?? .double())
    }
    package func optionalDouble(_ key: String, in range: ClosedRange<Double>? = nil) -> Double? {
        self.optional(key, range.map { .double(in: $0) } ?? .double())
    }
    package func double(
        _ key: String, in range: ClosedRange<Double>? = nil, default standard: Double
    ) -> Double {
        self.value(key, range.map { .double(in: $0) } ?? .double(), default: standard)
    }

    package func bool(_ key: String) -> Bool? { self.required(key, .bool) }
    package func optionalBool(_ key: String) -> Bool? { self.optional(key, .bool) }
    package func bool(_ key: String, default standard: Bool) -> Bool {
        self.value(key, .bool, default: standard)
    }

    package func duration(
        _ key: String, in range: ClosedRange<Duration>? = nil
    ) -> Duration? {
        self.required(key, range.map { .duration(in: $0) } ?? .duration())
    }
    package func optionalDuration(
        _ key: String, in range: ClosedRange<Duration>? = nil
    ) -> Duration? {
        self.optional(key, range.map { .duration(in: $0) } ?? .duration())
    }
    package func duration(
        _ key: String, in range: ClosedRange<Duration>? = nil, default standard: Duration
    ) -> Duration {
        self.value(key, range.map { .duration(in: $0) } ?? .duration(), default: standard)
    }

    /// A size such as `64 MiB`, in bytes.
    package func byteSize(_ key: String, in range: ClosedRange<Int> = 0 ... .max) -> Int? {
        self.required(key, .byteSize(in: range))
    }
    package func byteSize(
        _ key: String, in range: ClosedRange<Int> = 0 ... .max, default standard: Int
    ) -> Int {
        self.value(key, .byteSize(in: range), default: standard)
    }

    /// A list of texts; a single text stands for a list of itself. Empty if it is missing.
    package func stringList(_ key: String) -> [String] {
        self.optional(key, .list(.string)) ?? []
    }

    package func enumeration<Value>(_ key: String, _ type: Value.Type = Value.self) -> Value?
    where Value: CaseIterable & RawRepresentable, Value.RawValue == String {
        self.required(key, .enumeration)
    }
    package func optionalEnumeration<Value>(_ key: String, _ type: Value.Type = Value.self)
        -> Value?
    where Value: CaseIterable & RawRepresentable, Value.RawValue == String {
        self.optional(key, .enumeration)
    }
    package func enumeration<Value>(_ key: String, default standard: Value) -> Value
    where Value: CaseIterable & RawRepresentable, Value.RawValue == String {
        self.value(key, .enumeration, default: standard)
    }

    /// A secret under `key`, or the text of the file that `key_file` names.
    package func secret(_ key: String) -> Secret? {
        self.secret(key, isRequired: true)
    }

    /// A secret under `key` or in the file that `key_file` names, if there is either.
    package func optionalSecret(_ key: String) -> Secret? {
        self.secret(key, isRequired: false)
    }

    private func secret(_ key: String, isRequired: Bool) -> Secret? {
        let fileKey = "\(key)_file"
        guard let file = self.value(fileKey), !file.isNull else {
            return isRequired ? self.required(key, .secret) : self.optional(key, .secret)
        }
        if let value = self.value(key), !value.isNull {
            _ = value.read(.secret)
            file.fail("both \(key) and \(fileKey) are set", advice: "keep one of them")
            return nil
        }
        guard let name = file.scalar(expected: "a path") else { return nil }
        do {
            let path = file.absolute(name.text)
            let text = try self.reader.interpolation.file(path, at: path, .file(path)).text
            guard text.isEmpty else { return Secret(text) }
            file.fail("the file is empty", advice: "write the secret into it")
        } catch {
            file.fail(error.message, advice: error.advice)
        }
        return nil
    }
}
