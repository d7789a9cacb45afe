// Weir
// SPDX-License-Identifier: Apache-2.0

import CCurl

extension TransportError {
    /// What one of libcurl's codes means for us.
    ///
    /// Only the code decides. The handle's error buffer would say more, but it may hold addresses.
    ///
    /// - Parameters:
    ///   - host: the peer's name, for messages; `authority` is the same with its port.
    ///   - phase: how far the exchange had come.
    ///   - reachedTotal: the request's total time is over; else a timeout after connecting is a stall.
    ///   - verifyCode: OpenSSL's verdict about the certificate, 0 if it found nothing.
    init(
        code: CURLcode,
        host: String,
        authority: String,
        phase: Phase,
        reachedTotal: Bool,
        verifyCode: Int,
        limitBytes: Int,
    ) {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST:
            self = .couldNotResolve(host: host)
        case CURLE_COULDNT_CONNECT, CURLE_INTERFACE_FAILED:
            self = .couldNotConnect(host: authority)
        case CURLE_COULDNT_RESOLVE_PROXY, CURLE_PROXY:
            self = .proxyFailed
        case CURLE_OPERATION_TIMEDOUT:
            self = phase == .connecting || reachedTotal ? .timedOut(phase) : .stalled
        case CURLE_FILESIZE_EXCEEDED:
            self = .responseTooLarge(limitBytes: limitBytes)
        case CURLE_PARTIAL_FILE:
            self = .truncated(host: authority)
        case CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR:
            self =
                phase == .receiving
                ? .truncated(host: authority) : .connectionLost(host: authority)
        // An answer without a status line is "HTTP/0.9", which libcurl calls unsupported.
        case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_CHUNK_FAILED:
            self = .badResponse(host: authority)
        case CURLE_BAD_CONTENT_ENCODING:
            self = .badEncoding(host: authority)
        case CURLE_HTTP2, CURLE_HTTP2_STREAM:
            self = .http2(code: Int(code.rawValue))
        case CURLE_PEER_FAILED_VERIFICATION:
            self = .tls(Self.reason(verifyCode: verifyCode))
        case CURLE_SSL_CONNECT_ERROR:
            self = .tls(.handshake)
        case CURLE_SSL_CACERT_BADFILE:
            self = .tls(.badCAFile)
        case CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_SSL_ENGINE_NOTFOUND,
            CURLE_SSL_ENGINE_INITFAILED, CURLE_SSL_SHUTDOWN_FAILED, CURLE_SSL_ISSUER_ERROR,
            CURLE_SSL_INVALIDCERTSTATUS, CURLE_USE_SSL_FAILED:
            self = .tls(.other(code: Int(code.rawValue)))
        default:
            self.init(other: code)
        }
    }

    init(other code: CURLcode) {
        let text = unsafe curl_easy_strerror(code).map { unsafe String(cString: $0) }
        self = .other(code: Int(code.rawValue), text: text ?? "unknown")
    }

    init(other code: CURLMcode) {
        let text = unsafe curl_multi_strerror(code).map { unsafe String(cString: $0) }
        self = .other(code: Int(code.rawValue), text: text ?? "unknown")
    }

    /// OpenSSL's X509_V_ERR codes: 9 and 10 are dates, 62 and 64 names. libcurl compares the name
    /// itself, before it asks for OpenSSL's verdict, and leaves 1 ("unspecified") or 0 standing.
    private static func reason(verifyCode: Int) -> TLSReason {
        switch verifyCode {
        case 9, 10: .expired
        case 0, 1, 62, 64: .wrongHost
        default: .untrusted(verifyCode: verifyCode)
        }
    }
}
