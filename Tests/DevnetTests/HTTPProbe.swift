// Weir
// SPDX-License-Identifier: Apache-2.0

import CurlTransport
import JSONBytes

/// Asks servers on loopback.
final class HTTPProbe: Sendable {
    private let curl = CurlClient(configuration: CurlConfiguration())

    func close() async { await self.curl.shutdown() }

    func get(_ url: String) async throws -> [UInt8] {
        let response = try await self.curl.send(
            HTTPRequest(method: .get, url: try EndpointURL(url)))
        guard response.status == 200 else {
            throw ProgramError.ended("\(response.status) of \(url)")
        }
        return response.body
    }

    func json(_ url: String) async throws -> JSONValue {
        try JSONValue(parsing: try await self.get(url))
    }

    /// One JSON-RPC call; `params` is JSON text.
    func call(_ url: String, _ method: String, _ params: String = "[]") async throws -> JSONValue {
        let body = #"{"jsonrpc":"2.0","id":1,"method":"\#(method)","params":\#(params)}"#
        let response = try await self.curl.send(
            HTTPRequest(
                method: .post, url: try EndpointURL(url),
                headers: [RequestHeader("Content-Type", "application/json")],
                body: Array(body.utf8)))
        let answer = try JSONValue(parsing: response.body)
        guard let result = answer["result"] else {
            throw ProgramError.ended(String(decoding: response.body, as: UTF8.self))
        }
        return result
    }
}

extension JSONValue {
    var uint: UInt64? {
        guard case .number(let text) = self else { return nil }
        return UInt64(text)
    }

    /// An object of whole numbers.
    var counts: [String: UInt64] {
        var counts: [String: UInt64] = [:]
        for member in self.object?.members ?? [] { counts[member.key] = member.value.uint }
        return counts
    }
}
