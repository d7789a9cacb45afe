// Weir
// SPDX-License-Identifier: Apache-2.0

/// Why an exchange brought no answer. A status of 500 is an answer and not one of these.
///
/// No case carries more of an address than host and port, nor any header value.
package enum TransportError: Error, Equatable, Sendable {
    /// The request itself cannot be sent.
    case invalidRequest(InvalidRequest)
    case couldNotResolve(host: String)
    case couldNotConnect(host: String)
    /// The host, or an address that its name stands for, is one that the request may not go to.
    case forbiddenAddress(host: String, AddressRefusal)
    /// The proxy could not be reached or refused.
    case proxyFailed
    case timedOut(Phase)
    /// Slower than the request's stall limit for too long.
    case stalled
    case tls(TLSReason)
    case responseTooLarge(limitBytes: Int)
    case headersTooLarge(limitBytes: Int)
    /// The connection ended within the body.
    case truncated(host: String)
    /// The connection ended before the answer began, or broke.
    case connectionLost(host: String)
    /// What came back is not HTTP.
    case badResponse(host: String)
    /// The compressed body cannot be unpacked.
    case badEncoding(host: String)
    /// A stream was reset or the framing failed; libcurl's codes 92 and 16.
    case http2(code: Int)
    /// The caller's task was cancelled.
    case cancelled
    /// The client was shut down.
    case shutDown
    case tooManyInFlight(limit: Int)
    /// Anything else, with libcurl's code and its fixed text for it.
    case other(code: Int, text: String)

    package enum InvalidRequest: Equatable, Sendable {
        case urlCharacter, urlScheme, urlHost
        case headerName
        case headerValue(name: String)
        /// A path that holds a NUL.
        case filePath
    }

    /// How far the exchange had come.
    package enum Phase: String, Equatable, Sendable {
        /// Waiting for a free connection, resolving, connecting, the TLS handshake.
        case connecting
        /// The request is out, or on its way, and the answer has not begun.
        case waiting
        /// The answer has begun.
        case receiving
    }

    package enum TLSReason: Equatable, Sendable {
        /// Nobody we trust signed the certificate; the code is OpenSSL's.
        case untrusted(verifyCode: Int)
        case expired
        case wrongHost
        case handshake
        /// The file with trusted roots is missing or cannot be read.
        case badCAFile
        case other(code: Int)
    }
}

extension TransportError {
    /// Whether the same request may succeed if it is sent again later, here or elsewhere.
    package var isRetryable: Bool {
        switch self {
        case .couldNotResolve, .couldNotConnect, .proxyFailed, .timedOut, .stalled, .truncated,
            .connectionLost, .badResponse, .badEncoding, .http2, .tooManyInFlight:
            true
        case .tls(let reason):
            reason == .handshake
        case .invalidRequest, .forbiddenAddress, .responseTooLarge, .headersTooLarge, .cancelled,
            .shutDown, .other:
            false
        }
    }
}

extension TransportError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .invalidRequest(let reason):
            "the request cannot be sent: \(reason)"
        case .couldNotResolve(let host):
            "cannot resolve the host \(host); check its name and the resolver"
        case .couldNotConnect(let host):
            "cannot connect to \(host); check that the service runs and can be reached"
        case .forbiddenAddress(let host, let refusal):
            "\(host) is not asked: it is \(refusal.rawValue); name a host on the public internet, "
                + "or set the address in the configuration file"
        case .proxyFailed:
            "the proxy cannot be used; check http_proxy, https_proxy and no_proxy"
        case .timedOut(let phase):
            "no complete answer in time (\(phase.text)); raise the timeout or use another endpoint"
        case .stalled:
            "the answer stood still and was given up; use another endpoint or raise the stall limit"
        case .tls(let reason):
            "TLS failed: \(reason)"
        case .responseTooLarge(let limit):
            "the answer is larger than \(limit) bytes; ask for less or raise the limit"
        case .headersTooLarge(let limit):
            "the header lines of the answer are larger than \(limit) bytes or too many"
        case .truncated(let host):
            "\(host) closed the connection within the answer; try again"
        case .connectionLost(let host):
            "the connection to \(host) was lost before the answer; try again"
        case .badResponse(let host):
            "\(host) answered something that is not HTTP; check address and port"
        case .badEncoding(let host):
            "\(host) sent a compressed answer that cannot be unpacked; try again"
        case .http2(let code):
            "the HTTP/2 stream failed (libcurl \(code)); try again"
        case .cancelled:
            "the request was cancelled"
        case .shutDown:
            "the HTTP client is shut down"
        case .tooManyInFlight(let limit):
            "\(limit) requests are in flight already, which is the limit; try again later"
        case .other(let code, let text):
            "the transfer failed (libcurl \(code): \(text))"
        }
    }
}

extension TransportError.Phase {
    fileprivate var text: String {
        switch self {
        case .connecting: "still connecting"
        case .waiting: "the answer had not begun"
        case .receiving: "the answer was not complete"
        }
    }
}

extension TransportError.InvalidRequest: CustomStringConvertible {
    package var description: String {
        switch self {
        case .urlCharacter: "the URL holds a blank, a control character or a backslash"
        case .urlScheme: "the URL must begin with http:// or https://"
        case .urlHost: "the URL has no valid host or port"
        case .headerName: "a header name is invalid or reserved"
        case .headerValue(let name): "the value of the header \(name) holds a control character"
        case .filePath: "the path of the CA file holds a NUL"
        }
    }
}

extension TransportError.TLSReason: CustomStringConvertible {
    package var description: String {
        switch self {
        case .untrusted(let code):
            "the certificate is not trusted (OpenSSL \(code)); give its issuer as the CA file"
        case .expired: "the certificate has expired or is not valid yet; check the clock too"
        case .wrongHost: "the certificate is for another host"
        case .handshake: "the handshake failed; check that the port speaks TLS"
        case .badCAFile: "the CA file cannot be read; check its path and format"
        case .other(let code): "libcurl \(code)"
        }
    }
}
