// Weir
// SPDX-License-Identifier: Apache-2.0

/// Makes text of a server fit to be shown: short, on one line, and without our secrets.
///
/// Servers echo what they were asked: the URL with the key in it, or a header. Taken out are the
/// endpoint's URL, its path, query and user part, each long enough piece of them, every header
/// value, and besides any URL at all.
struct SecretScrubber: Sendable {
    /// The longest text that ``clean(_:limit:)`` looks at, in bytes.
    private static let window = 4096

    /// Lower-cased ASCII, the longest first, so that a whole goes before its parts.
    private let secrets: [[UInt8]]

    init(url: String, headers: [(name: String, value: String)]) {
        var found: Set<[UInt8]> = []
        func add(_ text: some StringProtocol, atLeast minimum: Int) {
            for form in [Array(text.utf8), Self.percentDecoded(Array(text.utf8))]
            where form.count >= minimum {
                found.insert(form.map(Self.lowercased))
            }
        }
        if let scheme = url.firstRange(of: "://") {
            let rest = url[scheme.upperBound...]
            add(url, atLeast: 8)
            let authorityEnd = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
            let authority = rest[..<authorityEnd]
            if let at = authority.lastIndex(of: "@") {
                add(authority[..<at], atLeast: 3)
                for part in authority[..<at].split(separator: ":") { add(part, atLeast: 3) }
            }
            let target = rest[authorityEnd...]
            add(target, atLeast: 5)
            let query = target.firstIndex(of: "?") ?? target.endIndex
            for part in target[..<query].split(separator: "/") { add(part, atLeast: 5) }
            for part in target[query...].split(whereSeparator: { "?&#".contains($0) }) {
                add(part, atLeast: 5)
                if let equals = part.firstIndex(of: "=") {
                    add(part[part.index(after: equals)...], atLeast: 3)
                }
            }
        }
        for header in headers {
            add(header.value, atLeast: 3)
            for part in header.value.split(separator: " ") { add(part, atLeast: 5) }
        }
        self.secrets = found.sorted { ($0.count, $1[0]) > ($1.count, $0[0]) }
    }

    /// Text on one line, secrets and URLs replaced, cut to `limit` characters.
    func clean(_ text: String, limit: Int = 160) -> String {
        var bytes: [UInt8] = []
        var pendingBlank = false
        for scalar in text.unicodeScalars {
            if bytes.count > Self.window {
                // What was cut off may have been the end of a secret: leave no half of one.
                bytes.removeLast(min(bytes.count, self.secrets.first?.count ?? 0))
                break
            }
            switch scalar.properties.generalCategory {
            case .control, .spaceSeparator, .lineSeparator, .paragraphSeparator:
                pendingBlank = !bytes.isEmpty
            case .format, .surrogate, .privateUse, .unassigned: continue
            default:
                if pendingBlank { bytes.append(0x20) }
                pendingBlank = false
                bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            }
        }
        for secret in self.secrets { Self.replace(secret, in: &bytes) }
        Self.replaceURLs(in: &bytes)
        let clean = String(decoding: bytes, as: UTF8.self)
        guard clean.count > limit else { return clean }
        return String(clean.prefix(max(0, limit - 1))) + "…"
    }

    private static func replace(_ secret: [UInt8], in bytes: inout [UInt8]) {
        guard let first = secret.first, bytes.count >= secret.count else { return }
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        var at = 0
        while at < bytes.count {
            if Self.lowercased(bytes[at]) == first, at + secret.count <= bytes.count,
                zip(bytes[at..<(at + secret.count)], secret)
                    .allSatisfy({ Self.lowercased($0) == $1 })
            {
                out.append(contentsOf: "<secret>".utf8)
                at += secret.count
            } else {
                out.append(bytes[at])
                at += 1
            }
        }
        bytes = out
    }

    /// Replaces each run of non-blank bytes around `://`.
    private static func replaceURLs(in bytes: inout [UInt8]) {
        guard bytes.contains(0x3a) else { return }
        let words = bytes.split(separator: 0x20, omittingEmptySubsequences: false)
        var out: [UInt8] = []
        for (index, word) in words.enumerated() {
            if index > 0 { out.append(0x20) }
            let start = word.indices.first { word[$0...].starts(with: "://".utf8) }
            guard let start else {
                out.append(contentsOf: word)
                continue
            }
            let scheme = word[..<start].reversed().prefix {
                ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7a
            }
            out.append(contentsOf: word[..<(start - scheme.count)])
            out.append(contentsOf: "<url>".utf8)
        }
        bytes = out
    }

    private static func percentDecoded(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        var at = 0
        while at < bytes.count {
            if bytes[at] == 0x25, at + 2 < bytes.count,
                let high = Self.nibble(bytes[at + 1]), let low = Self.nibble(bytes[at + 2])
            {
                out.append(high << 4 | low)
                at += 3
            } else {
                out.append(bytes[at])
                at += 1
            }
        }
        return out
    }

    private static func nibble(_ digit: UInt8) -> UInt8? {
        Character(Unicode.Scalar(digit)).hexDigitValue.map { UInt8($0) }
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (0x41...0x5a).contains(byte) ? byte | 0x20 : byte
    }
}
