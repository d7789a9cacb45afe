// Weir
// SPDX-License-Identifier: Apache-2.0

/// A request's target (RFC 9112 §3.2) taken apart: the decoded path and the query's items.
///
/// Everything that is not plainly well-formed is refused: a percent sign without two hex digits,
/// bytes that are not UTF-8, NUL and other control characters.
struct RequestTarget: Equatable {
    /// One `name=value` of the query, decoded; `+` is a blank, as forms write it.
    struct Item: Equatable {
        let name: String
        let value: String
    }

    let path: String
    let query: [Item]

    /// More items than any client of ours sends.
    static let itemsMax = 256

    init(_ target: String, bytesMax: Int) throws(HTTPProblem) {
        let bytes = Array(target.utf8)
        guard bytes.count <= bytesMax else {
            throw HTTPProblem(
                status: 414, detail: "The address is longer than \(bytesMax) bytes.")
        }
        let local = try Self.originForm(bytes[...])
        let mark = local.firstIndex(of: UInt8(ascii: "?")) ?? local.endIndex
        self.path = try Self.decoded(local[..<mark], plusIsBlank: false)
        var items: [Item] = []
        for part in local[mark...].dropFirst().split(separator: UInt8(ascii: "&")) {
            guard items.count < Self.itemsMax else {
                throw .badRequest("The query has more than \(Self.itemsMax) items.")
            }
            let equals = part.firstIndex(of: UInt8(ascii: "=")) ?? part.endIndex
            items.append(
                Item(
                    name: try Self.decoded(part[..<equals], plusIsBlank: true),
                    value: try Self.decoded(part[equals...].dropFirst(), plusIsBlank: true)))
        }
        self.query = items
    }

    /// The values of the items called `name`, in their order.
    func values(_ name: String) -> [String] {
        self.query.filter { $0.name == name }.map(\.value)
    }

    /// Path and query; a proxy's absolute form (`http://host/path`) loses its front.
    private static func originForm(
        _ target: ArraySlice<UInt8>,
    ) throws(HTTPProblem) -> ArraySlice<UInt8> {
        if target.first == UInt8(ascii: "/") { return target }
        for scheme in ["http://", "https://"] where target.starts(with: scheme.utf8) {
            let rest = target.dropFirst(scheme.utf8.count)
            if let slash = rest.firstIndex(of: UInt8(ascii: "/")) { return rest[slash...] }
            if !rest.isEmpty, !rest.contains(UInt8(ascii: "?")) { return [UInt8(ascii: "/")] }
        }
        throw .badRequest("The request target must start with \"/\".")
    }

    private static func decoded(
        _ text: ArraySlice<UInt8>, plusIsBlank: Bool,
    ) throws(HTTPProblem) -> String {
        var out: [UInt8] = []
        out.reserveCapacity(text.count)
        var index = text.startIndex
        while index < text.endIndex {
            var byte = text[index]
            if byte == UInt8(ascii: "%") {
                guard text.endIndex - index > 2, let high = self.nibble(text[index + 1]),
                    let low = self.nibble(text[index + 2])
                else {
                    throw .badRequest("The address has a % without two hex digits after it.")
                }
                byte = high << 4 | low
                index += 2
            } else if byte == UInt8(ascii: "+"), plusIsBlank {
                byte = UInt8(ascii: " ")
            } else if byte == UInt8(ascii: "#") {
                throw .badRequest("The address has a fragment, which belongs to the browser.")
            }
            guard byte >= 0x20, byte != 0x7f else {
                throw .badRequest("The address has a control character.")
            }
            out.append(byte)
            index += 1
        }
        guard let decoded = String(validating: out, as: UTF8.self) else {
            throw .badRequest("The address is not UTF-8.")
        }
        return decoded
    }

    private static func nibble(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 48...57: byte - 48
        case 65...70: byte - 55
        case 97...102: byte - 87
        default: nil
        }
    }
}
