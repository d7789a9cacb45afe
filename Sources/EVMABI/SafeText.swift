// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMPrimitives

/// Text of the chain made fit for one line of a log, an alert or a table: nothing in it can move a
/// cursor, turn the writing direction, hide, or grow without end.
package enum SafeText {
    /// A string of call data in quotes, with `\"` and `\\` for those two; bytes as hex where they
    /// are not UTF-8.
    package static func quoted(utf8 bytes: [UInt8], limit: Int) -> String {
        let most = 8 * limit + 8
        guard
            let text = String(validating: bytes.prefix(most), as: UTF8.self)
                ?? Self.cut(bytes, at: most)
        else { return Self.hex(bytes) }
        var shown = Self.cleaned(text, limit: limit)
        if bytes.count > most, shown.unicodeScalars.last != "…" { shown += "…" }
        var quoted = "\""
        for scalar in shown.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { quoted.unicodeScalars.append("\\") }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "\""
    }

    /// Long text whose first bytes end within a letter.
    private static func cut(_ bytes: [UInt8], at limit: Int) -> String? {
        guard bytes.count > limit else { return nil }
        for end in (limit - 3)..<limit {
            if let text = String(validating: bytes.prefix(end), as: UTF8.self) { return text }
        }
        return nil
    }

    /// Text without what does not show, at most `limit` scalars and `…`.
    package static func cleaned(_ text: String, limit: Int) -> String {
        var scalars = String.UnicodeScalarView()
        var marks = 0
        var count = 0
        for scalar in text.unicodeScalars {
            guard count < limit else {
                scalars.append("…")
                break
            }
            switch scalar.properties.generalCategory {
            case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
                .paragraphSeparator:
                scalars.append("\u{fffd}")
            case .spaceSeparator: scalars.append(" ")
            case .nonspacingMark, .enclosingMark:
                marks += 1
                // Two marks on a letter are writing, more are a tower.
                guard marks <= 2 else { continue }
                scalars.append(scalar)
                count += 1
                continue
            default: scalars.append(scalar)
            }
            marks = 0
            count += 1
        }
        return String(scalars)
    }

    /// Text that is clean already, cut to `limit` scalars, the last of them `…` where it was longer.
    package static func shortened(_ text: String, limit: Int) -> String {
        let scalars = text.unicodeScalars
        guard
            let end = scalars.index(
                scalars.startIndex, offsetBy: limit, limitedBy: scalars.endIndex),
            end != scalars.endIndex
        else { return text }
        return String(scalars[..<scalars.index(before: end)]) + "…"
    }

    /// Up to 32 bytes as hex; of more the first four and how many there are.
    package static func hex(_ bytes: some Collection<UInt8>) -> String {
        bytes.count <= 32
            ? Hex.encode(bytes) : "\(Hex.encode(bytes.prefix(4)))… (\(bytes.count) bytes)"
    }

    /// A decimal text with commas between the thousands of its integer part.
    package static func grouped(_ text: String) -> String {
        let parts = text.split(separator: ".", maxSplits: 1)
        guard let integer = parts.first else { return text }
        var grouped = ""
        for (index, digit) in integer.enumerated() {
            if index > 0, (integer.count - index) % 3 == 0 { grouped += "," }
            grouped.append(digit)
        }
        return parts.count == 1 ? grouped : grouped + "." + parts[1]
    }
}
