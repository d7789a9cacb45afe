// Weir
// SPDX-License-Identifier: Apache-2.0

/// What a descriptor does against the rules of naming and typing.
///
/// The first group is `promtool check metrics` (client_golang's promlint) in full; the second is
/// what the formats themselves demand and promlint does not look at.
package enum LintFinding: Sendable, Hashable, CustomStringConvertible {
    // promlint
    case missingHelp
    case counterWithoutTotal
    case totalOnOtherType
    case duplicate
    case nonBaseUnit(String, base: String)
    case typeInName(String)
    case colon
    case camelCaseName
    case camelCaseLabel(String)
    case abbreviatedUnit(String)
    case reservedSuffix(String)
    case reservedLabel(String)
    case timestampOnOtherType
    // the formats
    case invalidName
    case invalidLabel(String)
    case duplicateLabel(String)
    case unitNotSuffix(String)
    case infoWithoutSuffix
    case infoSuffixOnOtherType
    case unsuitableBuckets

    package var description: String {
        switch self {
        case .missingHelp: "no help text"
        case .counterWithoutTotal: "a counter's name must end in _total"
        case .totalOnOtherType: "only a counter's name may end in _total"
        case .duplicate: "registered more than once"
        case .nonBaseUnit(let unit, let base): "use the base unit \(base) instead of \(unit)"
        case .typeInName(let type): "the name must not contain the type \(type)"
        case .colon: "colons are reserved for recording rules"
        case .camelCaseName: "the name must be snake_case"
        case .camelCaseLabel(let label): "label \(label) must be snake_case"
        case .abbreviatedUnit(let unit): "write the unit _\(unit) in full"
        case .reservedSuffix(let suffix): "the suffix \(suffix) belongs to histograms"
        case .reservedLabel(let label): "label \(label) belongs to histograms and summaries"
        case .timestampOnOtherType: "only a gauge's name may end in _timestamp_seconds"
        case .invalidName: "the name must match [a-zA-Z_:][a-zA-Z0-9_:]*"
        case .invalidLabel(let label): "label \(label) must match [a-zA-Z][a-zA-Z0-9_]*"
        case .duplicateLabel(let label): "label \(label) stands twice"
        case .unitNotSuffix(let unit): "the family name must end in the unit _\(unit)"
        case .infoWithoutSuffix: "an info's name must end in _info, and it has no unit"
        case .infoSuffixOnOtherType: "only an info's or gauge's name may end in _info"
        case .unsuitableBuckets: "a histogram needs finite, rising buckets; other types none"
        }
    }
}
