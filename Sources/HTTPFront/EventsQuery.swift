// Weir
// SPDX-License-Identifier: Apache-2.0

/// Which events `/api/v1/events` is asked for, newest first.
///
///     /api/v1/events?chain=base&contract=FAB&event=Transfer&limit=50&before=19000000:12
///
/// The next page starts `before` the last event of this one.
package struct EventsQuery: Sendable, Hashable {
    /// A place in a chain; events stand before it if their block and index are lower.
    package struct Cursor: Sendable, Hashable, CustomStringConvertible {
        package let block: UInt64
        package let logIndex: UInt32

        package init(block: UInt64, logIndex: UInt32) {
            self.block = block
            self.logIndex = logIndex
        }

        package var description: String { "\(self.block):\(self.logIndex)" }
    }

    /// Names as the configuration gives them; nil asks for all.
    package var chain: String?
    package var contract: String?
    package var event: String?
    /// 1 to `limitMax`.
    package var limit = 100
    package var before: Cursor?

    package static let limitMax = 1000
    /// A longer name is refused: none in a configuration is.
    package static let nameBytesMax = 256

    package init() {}

    /// Reads the query; a key twice, an unknown one or a value out of range is a 400.
    init(_ items: [RequestTarget.Item]) throws(HTTPProblem) {
        var seen: Set<String> = []
        for item in items {
            guard seen.insert(item.name).inserted else {
                throw .badRequest("The query key \"\(item.name)\" stands twice; give it once.")
            }
            switch item.name {
            case "chain": self.chain = try Self.name(item)
            case "contract": self.contract = try Self.name(item)
            case "event": self.event = try Self.name(item)
            case "limit": self.limit = try Self.limit(item.value)
            case "before": self.before = try Self.cursor(item.value)
            default:
                throw .badRequest(
                    "There is no query key \"\(item.name.prefix(64))\"; "
                        + "the keys are chain, contract, event, limit and before.")
            }
        }
    }

    private static func name(_ item: RequestTarget.Item) throws(HTTPProblem) -> String {
        guard !item.value.isEmpty, item.value.utf8.count <= self.nameBytesMax,
            !item.value.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7f })
        else {
            throw .badRequest(
                "\"\(item.name)\" must be a name of 1 to \(self.nameBytesMax) bytes; "
                    + "leave it out to ask for all.")
        }
        return item.value
    }

    private static func limit(_ text: String) throws(HTTPProblem) -> Int {
        guard let limit = self.digits(text), (1...UInt64(self.limitMax)).contains(limit) else {
            throw .badRequest("\"limit\" must be a whole number from 1 to \(self.limitMax).")
        }
        return Int(limit)
    }

    private static func cursor(_ text: String) throws(HTTPProblem) -> Cursor {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let block = self.digits(parts[0]),
            let index = self.digits(parts[1]).flatMap(UInt32.init(exactly:))
        else {
            throw .badRequest(
                "\"before\" must be BLOCK:LOGINDEX in decimal, for example 19000000:12.")
        }
        return Cursor(block: block, logIndex: index)
    }

    /// Decimal digits only: no sign, no blank.
    private static func digits(_ text: some StringProtocol) -> UInt64? {
        guard text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return UInt64(text)
    }
}
