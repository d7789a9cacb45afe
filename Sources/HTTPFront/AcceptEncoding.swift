// Weir
// SPDX-License-Identifier: Apache-2.0

/// Reads `Accept-Encoding` (RFC 9110 §12.5.3) as far as the one question goes: gzip or not.
enum AcceptEncoding {
    /// A longer header is cut, so that the time stays bounded.
    static let bytesMax = 1024

    /// Whether gzip may be sent: it is named, or `*` is, and not with a weight of zero.
    static func allowsGzip(_ header: String?) -> Bool {
        guard let header else { return false }
        var wildcard = false
        for element in header.utf8.prefix(self.bytesMax).split(separator: UInt8(ascii: ",")) {
            let parts = element.split(separator: UInt8(ascii: ";")).map(self.trimmed)
            guard let coding = parts.first else { continue }
            let isAllowed = !parts.dropFirst().contains(where: self.isZeroWeight)
            switch coding {
            case "gzip", "x-gzip": return isAllowed
            case "*": wildcard = isAllowed
            default: break
            }
        }
        return wildcard
    }

    /// `q=0`, `q=0.` and up to three zeroes after the point.
    private static func isZeroWeight(_ parameter: String) -> Bool {
        guard parameter.hasPrefix("q=") else { return false }
        let weight = parameter.dropFirst(2)
        return weight.first == "0" && weight.dropFirst().allSatisfy { $0 == "." || $0 == "0" }
    }

    private static func trimmed(_ bytes: some Sequence<UInt8>) -> String {
        String(decoding: bytes.filter { $0 != 0x20 && $0 != 0x09 }, as: UTF8.self).lowercased()
    }
}
