// Weir
// SPDX-License-Identifier: Apache-2.0

import CurlTransport
import Foundation
import Testing

/// What stands in every test request's path, query, user part and headers, and nowhere in a message.
let canary = "CANARY5up3r5ecret"

/// A client that knows no proxy.
func directClient(_ change: (inout CurlConfiguration) -> Void = { _ in }) -> CurlClient {
    var configuration = CurlConfiguration(proxy: .direct)
    change(&configuration)
    return CurlClient(configuration: configuration)
}

extension HTTPRequest {
    /// A request to loopback, full of secrets.
    static func loopback(
        _ port: Int,
        host: String = "127.0.0.1",
        scheme: String = "http",
        body: [UInt8]? = nil,
        timeouts: HTTPTimeouts = HTTPTimeouts(
            connect: .seconds(10), total: .seconds(30), stall: nil),
        maxResponseBytes: Int = 64 << 20,
        caFile: String? = nil,
    ) throws -> HTTPRequest {
        let url = "\(scheme)://user:\(canary)@\(host):\(port)/\(canary)/path?key=\(canary)"
        return HTTPRequest(
            method: body == nil ? .get : .post,
            url: try EndpointURL(url),
            headers: [
                RequestHeader("X-Api-Key", canary),
                RequestHeader("Content-Type", "application/json"),
            ],
            body: body ?? [],
            timeouts: timeouts,
            maxResponseBytes: maxResponseBytes,
            caFile: caFile,
        )
    }
}

/// The error of a request that must fail; nothing that can be printed of it may hold a secret.
func failure(
    _ client: CurlClient,
    _ request: HTTPRequest,
    sourceLocation: SourceLocation = #_sourceLocation,
) async -> TransportError? {
    do {
        let response = try await client.send(request)
        Issue.record("answered with \(response.status)", sourceLocation: sourceLocation)
        return nil
    } catch {
        var text = "\(error) \(String(reflecting: error)) \(error.localizedDescription)"
        dump(error, to: &text)
        #expect(!text.contains(canary), sourceLocation: sourceLocation)
        return error
    }
}
