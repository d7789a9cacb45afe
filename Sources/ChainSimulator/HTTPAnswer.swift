// Weir
// SPDX-License-Identifier: Apache-2.0

import JSONBytes

/// An answer as HTTP carries it.
package struct HTTPAnswer: Sendable, Equatable {
    /// How the bytes end.
    package enum Ending: Sendable, Equatable {
        /// All of the body comes.
        case whole
        /// Only so many bytes of the body come, then the connection closes.
        case truncated(after: Int)
        /// Nothing comes; the connection closes.
        case closed
    }

    package struct Header: Sendable, Equatable {
        package var name: String
        package var value: String
    }

    package var status: Int
    /// Without `Content-Length`, which the server counts.
    package var headers: [Header]
    package var body: [UInt8]
    package var ending: Ending
    /// Milliseconds to wait before it is sent.
    package var delay: UInt64

    package init(
        status: Int, type: String = "application/json", body: [UInt8],
        ending: Ending = .whole, delay: UInt64 = 0
    ) {
        self.status = status
        self.headers = [Header(name: "Content-Type", value: type)]
        self.body = body
        self.ending = ending
        self.delay = delay
    }
}

/// An error of JSON-RPC, with geth's codes and words.
struct RPCFailure: Error, Equatable, Sendable {
    var code: Int
    var message: String
    var data: String?

    init(_ code: Int, _ message: String, data: String? = nil) {
        self.code = code
        self.message = message
        self.data = data
    }

    static func invalid(_ message: String) -> RPCFailure { RPCFailure(-32602, message) }

    static func server(_ message: String) -> RPCFailure { RPCFailure(-32000, message) }

    func write(to json: inout JSONWriter) {
        json.beginObject()
        json.key("code")
        json.int(self.code)
        json.key("message")
        json.string(self.message)
        if let data = self.data {
            json.key("data")
            json.string(data)
        }
        json.endObject()
    }
}
