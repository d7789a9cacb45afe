// Weir
// SPDX-License-Identifier: Apache-2.0

/// What goes back to a client, before compression and framing.
struct Answer: Equatable {
    var status = 200
    var contentType: String?
    var body: [UInt8] = []
    /// Stands in for the body where many answers share it.
    var page: ScrapePage?
    /// The `Allow` header of a 405.
    var allow: String?
    /// Whether the client has to say who it is: `WWW-Authenticate`.
    var asksForToken = false
    /// Whether the body depends on the `Accept` header.
    var variesByAccept = false
    /// Whether the body is a page that loads our style sheet.
    var isPage = false

    static func json(_ body: [UInt8], status: Int = 200) -> Answer {
        Answer(status: status, contentType: "application/json; charset=utf-8", body: body)
    }

    static func text(_ text: String, status: Int = 200) -> Answer {
        Answer(
            status: status, contentType: "text/plain; charset=utf-8",
            body: Array((text + "\n").utf8))
    }

    static func problem(_ problem: HTTPProblem) -> Answer {
        Answer(
            status: problem.status, contentType: "application/problem+json", body: problem.json)
    }

    /// Nothing may be loaded, framed or sent; a page may have our own style sheet.
    var contentSecurityPolicy: String {
        "default-src 'none'; \(self.isPage ? "style-src 'self'; " : "")"
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    }
}
