// Weir
// SPDX-License-Identifier: Apache-2.0

import CurlTransport
import JSONBytes

/// Asks a running instance over HTTP, for commands.
struct InstanceClient: Sendable {
    /// Where the instance listens, as `http://127.0.0.1:9560`.
    let address: String
    /// What is shown where the instance wants a token.
    var token: String?

    /// Asks for a document.
    ///
    /// - Throws: `ToolError`: `.usage` for a wrong address, `.noInstance` where nothing answers,
    ///   `.notAnInstance` for an answer that is none of Weir's, and `.refused` with the instance's
    ///   own words where it does not answer as asked.
    func get(
        _ path: String, _ query: [(String, String)] = []
    ) async throws(ToolError) -> [UInt8] {
        try await self.send(.get, path, query, body: [])
    }

    func send(
        _ method: HTTPRequest.Method, _ path: String, _ query: [(String, String)] = [],
        body: [UInt8]
    ) async throws(ToolError) -> [UInt8] {
        let items = query.map { "\($0.0)=\(Self.encoded($0.1))" }.joined(separator: "&")
        let url: EndpointURL
        do throws(TransportError) {
            url = try EndpointURL(
                Self.trimmed(self.address) + path + (items.isEmpty ? "" : "?" + items))
        } catch {
            throw .usage("--url: \(error)")
        }
        var headers: [RequestHeader] = []
        if !body.isEmpty { headers.append(RequestHeader("Content-Type", "application/json")) }
        if let token { headers.append(RequestHeader("Authorization", "Bearer \(token)")) }
        let curl = CurlClient()
        let result: Result<HTTPResponse, TransportError>
        do throws(TransportError) {
            result = .success(
                try await curl.send(
                    HTTPRequest(
                        method: method, url: url, headers: headers, body: body,
                        timeouts: HTTPTimeouts(connect: .seconds(3), total: .seconds(10)),
                        maxResponseBytes: 8 << 20)))
        } catch {
            result = .failure(error)
        }
        await curl.shutdown()
        switch result {
        case .failure(let error):
            throw .noInstance(address: url.authority, reason: "\(error)")
        case .success(let response):
            if response.status == 200 { return response.body }
            let problem = (try? JSONValue(parsing: response.body))?["detail"]?.string
            guard let problem, (400..<500).contains(response.status) else {
                throw .notAnInstance(
                    address: url.authority,
                    detail: problem ?? "HTTP status \(response.status)")
            }
            throw .refused(problem)
        }
    }

    /// Host and port, for messages; the address as given where it is none.
    var authority: String {
        (try? EndpointURL(Self.trimmed(self.address)))?.authority ?? self.address
    }

    /// All but unreserved characters (RFC 3986 §2.3) as percent and hex digits.
    static func encoded(_ text: String) -> String {
        var out = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f, 0x7e:
                out.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                out += "%" + (digits.count == 1 ? "0" : "") + digits
            }
        }
        return out
    }

    private static func trimmed(_ address: String) -> String {
        var text = address.contains("://") ? address : "http://" + address
        while text.hasSuffix("/") { text.removeLast() }
        return text
    }
}
