// Weir
// SPDX-License-Identifier: Apache-2.0

extension ConfigScalar {
    /// "Did you mean", unless the text may be a secret.
    package func suggestion(_ word: String, among known: [String], kind: String) -> String? {
        self.origin.mayBeSecret ? nil : Suggestion.advice(for: word, among: known, kind: kind)
    }
}

extension String {
    /// In quotes, cut and without control characters: for names that stand in the file itself.
    package var quoted: String {
        let shown = self.unicodeScalars.prefix(80).map { scalar in
            scalar.value < 0x20 || scalar.value == 0x7f ? "?" : String(scalar)
        }
        return "\"" + shown.joined() + (self.unicodeScalars.count > 80 ? "…" : "") + "\""
    }
}
