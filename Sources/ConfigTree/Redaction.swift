// Weir
// SPDX-License-Identifier: Apache-2.0

/// How text from a configuration may be shown in messages and pages.
package enum Redaction {
    /// What stands for a secret wherever one would be printed.
    package static let secret = "<secret>"

    /// `text` with every URL in it cut to `scheme://host/…`: user, password, path, query and
    /// fragment may each hold a key. A URL that is no more than scheme and host stays as it is.
    ///
    /// ```
    /// cuttingURLs(in: "see https://u:p@rpc.io:8545/v2/KEY")   // see https://rpc.io:8545/…
    /// ```
    package static func cuttingURLs(in text: String) -> String {
        var result: [UInt8] = []
        var bytes = Array(text.utf8)[...]
        while let mark = Self.indexOfSchemeMark(bytes) {
            let rest = bytes[(mark + 3)...]
            let end = rest.firstIndex(where: Self.endsURL) ?? rest.endIndex
            result += bytes[..<(mark + 3)]
            result += Self.cuttingAuthority(rest[..<end])
            bytes = bytes[end...]
        }
        result += bytes
        return String(decoding: result, as: UTF8.self)
    }

    /// `text` in double quotes for a message: URLs cut, control characters escaped, at most sixty
    /// characters.
    package static func quoted(_ text: String) -> String {
        var result = "\""
        var count = 0
        for scalar in Self.cuttingURLs(in: text).unicodeScalars {
            guard count < 60 else { return result + "…\"" }
            result += Self.printable(scalar)
            count += 1
        }
        return result + "\""
    }

    /// `text` with control characters escaped, so that it can neither break a line nor reach a
    /// terminal as a command.
    package static func printable(_ text: String) -> String {
        text.unicodeScalars.map(Self.printable).joined()
    }

    private static func printable(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\n": return "\\n"
        case "\t": return "\\t"
        case "\"": return "\\\""
        default: break
        }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned:
            return "\\u{" + String(scalar.value, radix: 16) + "}"
        default:
            return String(Character(scalar))
        }
    }

    /// The index of the next `://` with something before it.
    private static func indexOfSchemeMark(_ bytes: ArraySlice<UInt8>) -> Int? {
        var index = bytes.startIndex
        while index + 2 < bytes.endIndex {
            if bytes[index] == UInt8(ascii: ":"), bytes[index + 1] == UInt8(ascii: "/"),
                bytes[index + 2] == UInt8(ascii: "/"), index > bytes.startIndex
            {
                return index
            }
            index += 1
        }
        return nil
    }

    private static func endsURL(_ byte: UInt8) -> Bool {
        byte <= 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "<")
            || byte == UInt8(ascii: ">") || byte == 0x7f
    }

    /// The host and port of everything that followed `://`; nothing at all when an `@` behind the
    /// first slash leaves it open where the host begins (a password may hold a slash).
    private static func cuttingAuthority(_ rest: ArraySlice<UInt8>) -> [UInt8] {
        let at = UInt8(ascii: "@")
        let stops = [UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#")]
        let end = rest.firstIndex(where: stops.contains) ?? rest.endIndex
        guard !rest[end...].contains(at) else { return Array("…".utf8) }
        let authority = rest[..<end]
        guard let user = authority.lastIndex(of: at) else {
            let tail = rest[end...]
            let isBare = tail.isEmpty || tail.elementsEqual("/".utf8)
            return isBare ? Array(rest) : Array(authority) + Array("/…".utf8)
        }
        return Array(authority[(user + 1)...]) + Array("/…".utf8)
    }
}
