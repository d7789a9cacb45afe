// Weir
// SPDX-License-Identifier: Apache-2.0

/// Which scalars differ in case only, as `(?i)` understands it: one scalar against one scalar.
enum CaseFolding {
    /// The other cases of an ASCII scalar. `k` and `s` have one outside ASCII (KELVIN SIGN, LONG S).
    static func asciiVariants(of value: UInt32) -> [ClosedRange<UInt32>] {
        let lower: UInt32
        switch value {
        case 0x41...0x5a: lower = value + 0x20
        case 0x61...0x7a: lower = value
        default: return []
        }
        var variants = [lower...lower, (lower - 0x20)...(lower - 0x20)]
        if lower == 0x6b { variants.append(0x212a...0x212a) }
        if lower == 0x73 { variants.append(0x17f...0x17f) }
        return variants
    }

    /// All sets of at least two scalars that are one but for case. Made when first needed: only a
    /// pattern with `(?i)` and letters beyond ASCII needs it.
    static let orbits: [[UInt32]] = {
        var byKey: [UInt32: [UInt32]] = [:]
        // No cased script lies beyond Adlam.
        for value: UInt32 in 0...0x1e943 {
            guard let scalar = Unicode.Scalar(value), scalar.properties.changesWhenCaseMapped
            else { continue }
            let upper = Self.only(scalar.properties.uppercaseMapping) ?? scalar
            let key = Self.only(upper.properties.lowercaseMapping) ?? upper
            byKey[key.value, default: []].append(value)
        }
        for (key, members) in byKey where !members.contains(key) {
            byKey[key] = members + [key]
        }
        return byKey.values.filter { $0.count > 1 }.sorted { $0[0] < $1[0] }
    }()

    private static func only(_ mapping: String) -> Unicode.Scalar? {
        let scalars = mapping.unicodeScalars
        return scalars.count == 1 ? scalars.first : nil
    }
}
