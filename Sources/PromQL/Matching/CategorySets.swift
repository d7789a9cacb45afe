// Weir
// SPDX-License-Identifier: Apache-2.0

/// Unicode's general categories as sets, for `\pL` and `\p{Lu}`.
enum CategorySets {
    /// The set of a category by its name of one or two letters, or `Any`; nil for other names.
    static func named(_ name: String) -> ScalarSet? {
        if name == "Any" { return .all }
        if let set = Self.sets[name] { return set }
        let members = Self.sets.filter { $0.key.hasPrefix(name) }
        guard name.utf8.count == 1, !members.isEmpty else { return nil }
        return ScalarSet(members.values.flatMap(\.ranges))
    }

    /// By names of two letters. Made when first needed, which takes some tens of milliseconds.
    private static let sets: [String: ScalarSet] = {
        var ranges: [String: [ClosedRange<UInt32>]] = [
            "Cs": [0xd800...0xdfff], "Co": [0xf0000...0xffffd, 0x100000...0x10fffd],
        ]
        // Nothing is assigned between the ideographs of plane 3 and the tags of plane 14.
        for block: ClosedRange<UInt32> in [0...0x3ffff, 0xe0000...0xe0fff] {
            var current: (name: String, start: UInt32)?
            for value in block.lowerBound...(block.upperBound + 1) {
                let name =
                    value > block.upperBound
                    ? nil : Unicode.Scalar(value).flatMap { Self.name(of: $0) }
                if current?.name == name { continue }
                if let current {
                    ranges[current.name, default: []].append(current.start...(value - 1))
                }
                current = name.map { ($0, value) }
            }
        }
        return ranges.mapValues { ScalarSet($0) }
    }()

    private static func name(of scalar: Unicode.Scalar) -> String? {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter: "Lu"
        case .lowercaseLetter: "Ll"
        case .titlecaseLetter: "Lt"
        case .modifierLetter: "Lm"
        case .otherLetter: "Lo"
        case .nonspacingMark: "Mn"
        case .spacingMark: "Mc"
        case .enclosingMark: "Me"
        case .decimalNumber: "Nd"
        case .letterNumber: "Nl"
        case .otherNumber: "No"
        case .connectorPunctuation: "Pc"
        case .dashPunctuation: "Pd"
        case .openPunctuation: "Ps"
        case .closePunctuation: "Pe"
        case .initialPunctuation: "Pi"
        case .finalPunctuation: "Pf"
        case .otherPunctuation: "Po"
        case .mathSymbol: "Sm"
        case .currencySymbol: "Sc"
        case .modifierSymbol: "Sk"
        case .otherSymbol: "So"
        case .spaceSeparator: "Zs"
        case .lineSeparator: "Zl"
        case .paragraphSeparator: "Zp"
        case .control: "Cc"
        case .format: "Cf"
        case .surrogate: "Cs"
        case .privateUse: "Co"
        case .unassigned: nil
        @unknown default: nil
        }
    }
}
