// Weir
// SPDX-License-Identifier: Apache-2.0

/// Reads an HTTP `Accept` header (RFC 9110 §12.5.1), leniently: an element that makes no sense is
/// passed over, and the rest counts.
enum AcceptHeader {
    /// One element: a media range with its parameters and its weight.
    struct MediaRange: Equatable {
        let type: String
        let subtype: String
        /// Names and values in lower case; `q` is not among them.
        var parameters: [String: String] = [:]
        /// Thousandths, 0 to 1000; 0 means "not acceptable".
        var quality = 1000
    }

    /// A header longer than this is cut: no scraper needs it, and the time stays bounded.
    static let bytesMax = 4096

    static func ranges(_ header: String) -> [MediaRange] {
        let bytes = Array(header.utf8.prefix(self.bytesMax))
        return self.split(bytes[...], at: UInt8(ascii: ",")).compactMap(self.range)
    }

    private static func range(_ element: ArraySlice<UInt8>) -> MediaRange? {
        let parts = self.split(element, at: UInt8(ascii: ";"))
        guard let first = parts.first else { return nil }
        let names = self.text(first).split(separator: "/", omittingEmptySubsequences: false)
        guard names.count == 2, names.allSatisfy({ !$0.isEmpty }) else { return nil }
        var range = MediaRange(type: String(names[0]), subtype: String(names[1]))
        for part in parts.dropFirst() {
            guard let equals = part.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let name = self.text(part[..<equals])
            let value = self.text(part[part.index(after: equals)...])
            if name == "q" {
                guard let quality = self.quality(value) else { return nil }
                range.quality = quality
            } else if range.parameters[name] == nil {
                range.parameters[name] = value
            }
        }
        return range
    }

    /// A weight in thousandths; further digits are dropped, more than 1 is 1.
    private static func quality(_ text: String) -> Int? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, !text.isEmpty, text != ".",
            text.utf8.allSatisfy({ $0 == UInt8(ascii: ".") || (0x30...0x39).contains($0) })
        else { return nil }
        if parts[0].utf8.contains(where: { $0 != UInt8(ascii: "0") }) { return 1000 }
        guard parts.count == 2 else { return 0 }
        var thousandths = 0
        var digits = parts[1].utf8.prefix(3).map { Int($0) - 0x30 }
        while digits.count < 3 { digits.append(0) }
        for digit in digits { thousandths = thousandths * 10 + digit }
        return thousandths
    }

    /// Splits outside quoted strings.
    private static func split(_ bytes: ArraySlice<UInt8>, at mark: UInt8) -> [ArraySlice<UInt8>] {
        var parts: [ArraySlice<UInt8>] = []
        var start = bytes.startIndex
        var quoted = false
        var escaped = false
        for index in bytes.indices {
            let byte = bytes[index]
            if escaped {
                escaped = false
            } else if quoted, byte == UInt8(ascii: "\\") {
                escaped = true
            } else if byte == UInt8(ascii: "\"") {
                quoted.toggle()
            } else if byte == mark, !quoted {
                parts.append(bytes[start..<index])
                start = index + 1
            }
        }
        parts.append(bytes[start...])
        return parts
    }

    /// In lower case, without the white space and the quotes around it.
    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        var rest = bytes
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
        while let first = rest.first, isSpace(first) { rest.removeFirst() }
        while let last = rest.last, isSpace(last) { rest.removeLast() }
        if rest.count >= 2, rest.first == UInt8(ascii: "\""), rest.last == UInt8(ascii: "\"") {
            rest = rest.dropFirst().dropLast()
        }
        return String(decoding: rest, as: UTF8.self).lowercased()
    }
}
