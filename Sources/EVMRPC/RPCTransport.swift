// Weir
// SPDX-License-Identifier: Apache-2.0

package import CurlTransport

/// The one thing that a client needs of the outside: a body goes out, an answer comes back.
///
/// Real endpoints are reached through ``CurlRPCTransport``; a simulated chain stands behind the
/// same seam without a socket, so a whole run can be repeated byte for byte.
package protocol RPCTransport: Sendable {
    /// Sends one JSON-RPC body and waits for the whole answer, whatever its status.
    func send(_ body: [UInt8]) async throws(TransportError) -> HTTPResponse

    /// Takes back the memory of an answer's body that was read.
    func recycle(_ body: consuming [UInt8])
}

extension RPCTransport {
    package func recycle(_ body: consuming [UInt8]) {}
}

/// An endpoint over HTTP: its address, its headers and its limits, on the process's curl client.
package struct CurlRPCTransport: RPCTransport {
    private let client: CurlClient
    /// The request without its body.
    private let template: HTTPRequest

    /// - Throws: `TransportError.invalidRequest` where the URL cannot be used.
    package init(_ endpoint: RPCEndpoint, client: CurlClient) throws(TransportError) {
        self.client = client
        let url = try EndpointURL(endpoint.url)
        self.template = HTTPRequest(
            method: .post, url: url,
            headers: [
                RequestHeader("Content-Type", "application/json"),
                RequestHeader("Accept", "application/json"),
            ] + endpoint.headers.map { RequestHeader($0.name, $0.value) },
            timeouts: endpoint.timeouts, maxResponseBytes: endpoint.maxResponseBytes)
    }

    package func send(_ body: [UInt8]) async throws(TransportError) -> HTTPResponse {
        var request = self.template
        request.body = body
        return try await self.client.send(request)
    }

    package func recycle(_ body: consuming [UInt8]) { self.client.recycle(body) }
}
