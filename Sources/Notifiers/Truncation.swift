// Weir
// SPDX-License-Identifier: Apache-2.0

/// Texts cut to what a channel takes, by grapheme, so that no character is torn.
package enum Truncation {
    /// The text, or its beginning and an ellipsis where it is longer than `limit` UTF-16 units.
    ///
    /// Discord, Slack and Telegram count UTF-16 units. The result is never longer than the limit.
    package static func cut(_ text: String, to limit: Int) -> String {
        guard text.utf16.count > limit else { return text }
        guard limit > 0 else { return "" }
        var length = 0
        var end = text.startIndex
        for index in text.indices {
            let next = length + text[index].utf16.count
            if next > limit - 1 { break }
            length = next
            end = text.index(after: index)
        }
        return text[..<end] + "…"
    }
}
