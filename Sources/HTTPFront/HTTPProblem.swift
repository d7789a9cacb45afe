// Weir
// SPDX-License-Identifier: Apache-2.0

import JSONBytes

/// Why a request is not answered as asked, for the client: a problem document (RFC 9457).
///
/// The texts go to whoever asked, so they hold no secret and no address of an endpoint.
package struct HTTPProblem: Error, Equatable, Sendable {
    /// 400 to 599.
    package let status: Int
    /// What happened and what to do instead, as one sentence.
    package let detail: String

    package init(status: Int, detail: String) {
        self.status = (400...599).contains(status) ? status : 500
        self.detail = detail
    }

    package static func badRequest(_ detail: String) -> HTTPProblem {
        HTTPProblem(status: 400, detail: detail)
    }

    /// The phrase of RFC 9110 for the status.
    package var title: String {
        switch self.status {
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 413: "Content Too Large"
        case 414: "URI Too Long"
        case 415: "Unsupported Media Type"
        case 422: "Unprocessable Content"
        case 500: "Internal Server Error"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 400..<500: "Client Error"
        default: "Server Error"
        }
    }

    /// The document as `application/problem+json`.
    package var json: [UInt8] {
        var json = JSONWriter(reserving: 160)
        json.beginObject()
        json.key("type")
        json.string("about:blank")
        json.key("title")
        json.string(self.title)
        json.key("status")
        json.int(self.status)
        json.key("detail")
        json.string(self.detail)
        json.endObject()
        json.endLine()
        return json.bytes
    }
}
