// Weir
// SPDX-License-Identifier: Apache-2.0

/// `POST /api/v1/vouchers`: who may, and what becomes of a body.
package struct VoucherRoute: Sendable {
    /// The longest body that is read.
    package static let bodyBytesMax = 1 << 20

    /// What the client has to show.
    package let token: BearerToken
    /// Takes a body in: the tracker that the query names, and the bytes. Answers with a status and a
    /// JSON document.
    package let take:
        @Sendable (_ network: String?, _ body: [UInt8]) async throws(HTTPProblem) -> (
            status: Int, json: [UInt8]
        )

    package init(
        token: BearerToken,
        take:
            @escaping @Sendable (String?, [UInt8]) async throws(HTTPProblem) -> (
                status: Int, json: [UInt8]
            )
    ) {
        self.token = token
        self.take = take
    }

    static let closed = HTTPProblem(
        status: 403,
        detail:
            "This instance takes no vouchers: write server.vouchers_token and a section voucher "
            + "of a channels tracker into its configuration.")
    static let unauthorized = HTTPProblem(
        status: 401, detail: "Show the token of server.vouchers_token: Authorization: Bearer …")
    static let tooLarge = HTTPProblem(
        status: 413, detail: "The body is longer than 1 MiB; send fewer vouchers at a time.")
}

/// A shared secret (RFC 6750), compared in a time that does not tell how much of it was right.
package struct BearerToken: Sendable {
    private let bytes: [UInt8]

    /// Nil for an empty text, which nobody can show.
    package init?(_ text: String) {
        if text.isEmpty { return nil }
        self.bytes = Array(text.utf8)
    }

    /// Whether an `Authorization` field shows it.
    func isShown(by field: String?) -> Bool {
        let scheme = "bearer "
        guard let field, field.prefix(scheme.count).lowercased() == scheme else { return false }
        let shown = Array(field.dropFirst(scheme.count).utf8)
        var difference = shown.count ^ self.bytes.count
        for index in self.bytes.indices {
            let byte = shown.isEmpty ? 0 : shown[index % shown.count]
            difference |= Int(byte ^ self.bytes[index])
        }
        return difference == 0
    }
}

extension BearerToken: CustomStringConvertible, CustomReflectable {
    package var description: String { "***" }
    package var customMirror: Mirror { Mirror(self, children: [], displayStyle: .struct) }
}
