// Weir
// SPDX-License-Identifier: Apache-2.0

import CurlTransport

/// What the headers of an answer say about the calls that are left.
///
/// Read are `X-RateLimit-Remaining` and `-Reset` in their usual spellings, and `RateLimit` with
/// `RateLimit-Policy` of draft-ietf-httpapi-ratelimit-headers: 03 (`limit=10, remaining=0, reset=5`)
/// to 10 (`"default";r=0;t=5`). A server that lies can make Weir wait, for `pauseMax` at most.
struct RateLimitHeaders: Sendable, Equatable {
    /// The longest wait that is taken from anything a server says.
    static let pauseMax = Duration.seconds(300)
    /// Where nothing is left and nothing says until when.
    static let pauseUnknown = Duration.seconds(1)

    /// Calls left in the window; nil where it is not told.
    var remaining: UInt64?
    /// Until there are more.
    var reset: Duration?

    /// - Parameter unixSeconds: the time now, as some servers tell a time and not a wait.
    init(_ headers: HTTPHeaders, now unixSeconds: Int64) {
        func first(_ names: [String]) -> String? {
            names.lazy.compactMap { headers[$0] }.first
        }
        let combined = headers["ratelimit"].map(Self.parameters) ?? []
        self.remaining =
            Self.value(of: ["r", "remaining"], in: combined)
            ?? first([
                "x-ratelimit-remaining", "ratelimit-remaining", "x-rate-limit-remaining",
            ]).flatMap(Self.number)
        if let seconds = Self.value(of: ["t", "reset"], in: combined) {
            self.reset = Self.wait(seconds, unixSeconds)
        } else if let text = first([
            "x-ratelimit-reset", "ratelimit-reset", "x-rate-limit-reset",
        ]) {
            if let number = Self.number(text) {
                self.reset = Self.wait(number, unixSeconds)
            } else {
                self.reset = RetryAfter.parse(text, now: unixSeconds)
            }
        } else if let policy = headers["ratelimit-policy"].map(Self.parameters) {
            // No reset, but the length of the window: it is over then at the latest.
            self.reset = Self.value(of: ["w"], in: policy).map { .seconds(Int64(clamping: $0)) }
        }
        self.reset = self.reset.map(Self.clamped)
    }

    /// How long nothing more should be asked; nil where something is left, or nothing is told.
    var pause: Duration? {
        guard self.remaining == 0 else { return nil }
        return self.reset ?? Self.pauseUnknown
    }

    /// A wait that a server asks for, cut to what is honoured.
    static func clamped(_ wait: Duration) -> Duration {
        min(max(.zero, wait), Self.pauseMax)
    }

    /// Seconds, or the Unix time in seconds or milliseconds: told apart by their size.
    private static func wait(_ number: UInt64, _ unixSeconds: Int64) -> Duration {
        let number = Int64(clamping: number)
        if number > 100_000_000_000 { return .milliseconds(number &- unixSeconds &* 1000) }
        if number > 1_000_000_000 { return .seconds(number &- unixSeconds) }
        return .seconds(number)
    }

    /// `name=value` pairs between commas and semicolons, names lower-cased; at most some dozens.
    private static func parameters(_ text: String) -> [(name: String, value: String)] {
        text.prefix(512).split { $0 == "," || $0 == ";" }.prefix(32).compactMap { part in
            let pair = part.split(separator: "=", maxSplits: 1)
            guard pair.count == 2 else { return nil }
            return (Self.trimmed(pair[0]).lowercased(), Self.trimmed(pair[1]))
        }
    }

    private static func value(
        of names: [String], in parameters: [(name: String, value: String)]
    ) -> UInt64? {
        parameters.first { names.contains($0.name) }.flatMap { Self.number($0.value) }
    }

    /// Digits, perhaps with decimals, which are cut off; nil for anything else.
    private static func number(_ text: String) -> UInt64? {
        let whole = text.prefix { $0 != "." && $0 != "," }
        guard !whole.isEmpty, whole.utf8.count <= 18,
            whole.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        return UInt64(whole)
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
