// Weir
// SPDX-License-Identifier: Apache-2.0

import CurlTransport
import JSONBytes
import WeirPorts

/// What a channel answered, and when: all that a judgement rests on.
struct ChannelAnswer: Sendable {
    /// As metrics name it.
    let channel: String
    /// Host and port, for messages.
    let host: String
    let status: Int
    let headers: HTTPHeaders
    let body: [UInt8]
    /// The time when it came, in seconds since 1970.
    let unixSeconds: Int64

    init(
        channel: String, host: String, status: Int, headers: HTTPHeaders = HTTPHeaders([]),
        body: [UInt8] = [], unixSeconds: Int64 = 0
    ) {
        self.channel = channel
        self.host = host
        self.status = status
        self.headers = headers
        self.body = body
        self.unixSeconds = unixSeconds
    }

    var isSuccess: Bool { (200...299).contains(self.status) }

    /// The body, where it is JSON of a size that no answer to a message has reason to exceed.
    var json: JSONValue? {
        try? JSONValue(parsing: self.body, limits: JSONLimits(depth: 64, values: 50_000))
    }

    /// A web page, as proxies and sign-on pages send in place of the answer.
    var looksLikePage: Bool {
        self.body.first { !" \t\r\n".utf8.contains($0) } == UInt8(ascii: "<")
    }

    // MARK: - Words

    /// Bodies are never quoted: what a server sends back may hold the key that we sent.
    func fault(_ reason: DeliveryFault.Reason, _ text: String) -> DeliveryFault {
        DeliveryFault(reason, "\(self.channel): \(self.host) answered \(self.status): \(text)")
    }

    // MARK: - Waits

    /// The longest wait that is believed; a longer one is cut to it.
    static let waitMax = Duration.seconds(3600)

    /// What the server asks to wait: by `Retry-After`, else by another header with seconds, else by
    /// a number of seconds in the body.
    func wait(header: String? = nil, body seconds: Double? = nil) -> Duration? {
        for name in ["retry-after"] + (header.map { [$0] } ?? []) {
            if let text = self.headers[name],
                let wait = RetryAfter.parse(text, now: self.unixSeconds)
            {
                return min(wait, Self.waitMax)
            }
        }
        guard let seconds, seconds.isFinite, seconds >= 0 else { return nil }
        return seconds >= 3600 ? Self.waitMax : .milliseconds(Int64((seconds * 1000).rounded(.up)))
    }
}
