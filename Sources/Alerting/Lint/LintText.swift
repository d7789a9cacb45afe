// Weir
// SPDX-License-Identifier: Apache-2.0

/// What a text of a rule says of numbers and units.
struct LintText {
    /// The text in small letters, as words: runs of letters, numbers, single signs.
    private let words: [String]
    private let text: String

    init(_ text: String) {
        self.text = text
        var words: [String] = []
        var isNumber = false
        for character in text.lowercased() {
            let isDigit = character.isASCII && character.isNumber
            let continuesNumber = isNumber && (isDigit || character == ".")
            let continuesWord =
                !isNumber && character.isLetter && words.last?.last?.isLetter ?? false
            if continuesNumber || continuesWord {
                words[words.count - 1].append(character)
            } else if !character.isWhitespace {
                words.append(String(character))
                isNumber = isDigit
            } else {
                words.append(" ")
                isNumber = false
            }
        }
        self.words = words.filter { $0 != " " }.map {
            // A full stop is no part of the number before it.
            $0.hasSuffix(".") && $0.count > 1 ? String($0.dropLast()) : $0
        }
    }

    /// The seconds of the time that counts are said to be per: 60 for "per minute", "/min", "a minute".
    var period: Double? {
        for (index, word) in self.words.enumerated().dropFirst() {
            guard let seconds = Self.periods[word] else { continue }
            let before = self.words[index - 1]
            // A single letter is a unit only behind a stroke: "5/s".
            if before == "/" || word.count > 1 && ["per", "each", "every", "a"].contains(before) {
                return seconds
            }
        }
        return nil
    }

    /// Whether the text names a number.
    func names(_ number: Double) -> Bool {
        self.words.contains { Double($0) == number }
    }

    /// Whether the text names a number with one of some units directly behind it: "500ms", "2 seconds".
    func names(_ number: Double, in units: Set<String>) -> Bool {
        self.words.indices.dropLast().contains {
            Double(self.words[$0]) == number && units.contains(self.words[$0 + 1])
        }
    }

    /// Whether the rule's value stands in the text.
    var showsValue: Bool { self.text.contains("$value") || self.text.contains(".Value") }

    /// Whether the value is put through a function of templates.
    func pipesValue(to function: String) -> Bool {
        guard self.showsValue else { return false }
        return self.text.split(separator: "{{", omittingEmptySubsequences: false).dropFirst()
            .contains { part in
                let action = part.prefix { $0 != "}" }
                let words = action.split { !($0.isLetter || $0.isNumber || $0 == "$" || $0 == ".") }
                return words.contains { $0 == function }
                    && words.contains { $0 == "$value" || $0 == ".Value" }
            }
    }

    private static let periods: [String: Double] = [
        "s": 1, "sec": 1, "second": 1, "m": 60, "min": 60, "minute": 60, "h": 3_600, "hour": 3_600,
        "d": 86_400, "day": 86_400, "week": 604_800,
    ]
}
