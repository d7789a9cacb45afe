// Weir
// SPDX-License-Identifier: Apache-2.0

/// A word of PromQL with its place.
struct Token: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        case end
        /// A name that is no keyword and has no colon.
        case identifier
        /// A name with a colon.
        case metricIdentifier
        /// The word in small letters.
        case keyword(String)
        case aggregation(AggregationOperator)
        /// An operator between expressions, `and` and `atan2` among them. In braces `!=` is one, too.
        case binaryOperator(BinaryOperator)
        case number(Double)
        /// Milliseconds.
        case duration(Int64)
        case string(String)
        case equal
        case matches
        case matchesNot
        case leftParenthesis, rightParenthesis
        case leftBrace, rightBrace
        case leftBracket, rightBracket
        case comma, colon, at
        /// Where the text is no word; the reason.
        case fault(String)
    }

    let kind: Kind
    let text: String
    let range: SourceRange

    /// As an error names it.
    var description: String {
        switch self.kind {
        case .end: "end of input"
        case .identifier: "identifier \"\(self.shortened)\""
        case .metricIdentifier: "metric identifier \"\(self.shortened)\""
        case .keyword: "<\(self.text)>"
        case .aggregation: "<aggr:\(self.text)>"
        case .binaryOperator: "<op:\(self.text)>"
        case .number: "number \"\(self.shortened)\""
        case .duration: "duration \"\(self.shortened)\""
        case .string: "string \(self.shortened)"
        default: "\"\(self.shortened)\""
        }
    }

    private var shortened: String {
        let scalars = self.text.unicodeScalars
        return scalars.count <= 40 ? self.text : String(scalars.prefix(40)) + "…"
    }

    /// Words that are no plain names, by their spelling in small letters.
    static func keyword(_ word: String) -> Kind? {
        if let operation = AggregationOperator(rawValue: word) { return .aggregation(operation) }
        switch word {
        case "and", "or", "unless", "atan2":
            return BinaryOperator(rawValue: word).map { .binaryOperator($0) }
        case "offset", "by", "without", "on", "ignoring", "group_left", "group_right", "bool":
            return .keyword(word)
        case "inf": return .number(.infinity)
        case "nan": return .number(.nan)
        default: return nil
        }
    }
}
