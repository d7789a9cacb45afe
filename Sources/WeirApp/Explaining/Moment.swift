// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A time that a person wrote: Unix seconds, RFC 3339, or a day (its beginning in UTC).
struct Moment: Sendable, Hashable {
    /// Not negative.
    let unixSeconds: UInt64

    init?(_ text: String) {
        if text.utf8.count <= 18, let seconds = UInt64(text) {
            self.unixSeconds = seconds
            return
        }
        let whole = text.utf8.count == 10 ? text + "T00:00:00Z" : text
        guard whole.utf8.count <= 40,
            let date = try? Date.ISO8601FormatStyle(includingFractionalSeconds: false).parse(whole)
        else { return nil }
        let seconds = date.timeIntervalSince1970
        guard seconds >= 0, seconds < 1e11 else { return nil }
        self.unixSeconds = UInt64(seconds)
    }
}
