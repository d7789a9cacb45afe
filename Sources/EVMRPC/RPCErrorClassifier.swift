// Weir
// SPDX-License-Identifier: Apache-2.0

import CurlTransport
import WeirPorts

/// What an error means for the exchange that it answered.
enum RPCVerdict: Equatable, Sendable {
    case failed(ChainClientError)
    /// The batch was too large, not a call in it: ask again in smaller ones.
    case splitBatch
}

/// Turns what an endpoint said into what helps. Pure: words and numbers in, a verdict out.
///
/// Codes: EIP-1474, execution-apis' error groups, go-ethereum's `rpc` package and the providers'
/// pages. Codes mean different things at different providers, so the words go first.
struct RPCErrorClassifier: Sendable {
    let endpoint: String
    let scrubber: SecretScrubber

    /// What was asked.
    struct Question: Sendable {
        var method: String
        /// The blocks of an `eth_getLogs`; nil for anything else.
        var range: ClosedRange<UInt64>?
        /// How many calls stood in the body.
        var calls: Int

        init(method: String, range: ClosedRange<UInt64>? = nil, calls: Int = 1) {
            self.method = method
            self.range = range
            self.calls = calls
        }
    }

    // MARK: Errors in words

    /// An error object, alone or in a batch, with the HTTP status that it came under.
    func classify(
        _ error: RPCErrorObject, _ question: Question, status: Int = 200,
        retryAfter: Duration? = nil,
    ) -> RPCVerdict {
        let text = error.matchText
        let words = self.words(error)
        if [401, 402, 407].contains(status) {
            return .failed(.denied(endpoint: self.endpoint, detail: words))
        }
        if Self.has(text, Self.quotaTexts) {
            return .failed(.denied(endpoint: self.endpoint, detail: words))
        }
        let wait = retryAfter ?? error.backoff ?? Self.wait(in: text)
        if status == 429 || error.code == 429 { return self.rateLimited(wait) }
        if question.calls > 1, self.isAboutBatch(error, text, question.range, status) {
            return .splitBatch
        }
        if Self.has(text, Self.behindTexts) || error.code == -39001 || error.code == -32001 {
            return .failed(.behind(endpoint: self.endpoint, detail: words))
        }
        if question.method == "eth_getLogs", let hint = self.hint(error, text, question, status) {
            return .failed(hint)
        }
        if status == 403 || Self.has(text, Self.deniedTexts) {
            return .failed(.denied(endpoint: self.endpoint, detail: words))
        }
        if Self.has(text, Self.rateTexts) || error.code == -32005 {
            return self.rateLimited(wait)
        }
        if status == 503, let retryAfter { return self.rateLimited(retryAfter) }
        return .failed(self.byCode(error, text, words, question, status: status))
    }

    /// No wait that a server asks for is honoured beyond ``RateLimitHeaders/pauseMax``.
    private func rateLimited(_ wait: Duration?) -> RPCVerdict {
        .failed(
            .rateLimited(
                endpoint: self.endpoint, retryAfter: wait.map(RateLimitHeaders.clamped)))
    }

    private func byCode(
        _ error: RPCErrorObject, _ text: String, _ words: String, _ question: Question,
        status: Int,
    ) -> ChainClientError {
        let unsupported = ChainClientError.unsupported(
            endpoint: self.endpoint, method: question.method, detail: words)
        if Self.has(text, Self.unsupportedTexts) { return unsupported }
        guard let code = error.code else {
            return .serverError(
                endpoint: self.endpoint, code: status == 200 ? 0 : status, detail: words)
        }
        switch code {
        // Parse error, invalid request, no such method, invalid parameters, rejected, not
        // supported, version; 3 and 1 to 199: the execution itself failed, as it would elsewhere.
        case -32700, -32600, -32601, -32602, -32003, -32004, -32006, 1...199:
            return unsupported
        default:
            return .serverError(
                endpoint: self.endpoint, code: Int(clamping: code), detail: words)
        }
    }

    /// What an `eth_getLogs` was refused for, if for its size.
    private func hint(
        _ error: RPCErrorObject, _ text: String, _ question: Question, _ status: Int
    ) -> ChainClientError? {
        let asked = question.range ?? 0...0
        var hint = RangeAdvice.hint(in: text, asked: asked)
        if let from = error.from, let to = error.to {
            hint = RangeAdvice.fitted(.range(from, to), asked)
        }
        if hint == nil, status == 413 { hint = .halve }
        guard let hint else { return nil }
        guard question.range != nil else {
            // The logs of one block by hash: there is nothing to make smaller.
            return .unsupported(
                endpoint: self.endpoint, method: question.method, detail: self.words(error))
        }
        return .rangeTooLarge(endpoint: self.endpoint, hint: hint)
    }

    private func isAboutBatch(
        _ error: RPCErrorObject, _ text: String, _ range: ClosedRange<UInt64>?, _ status: Int
    ) -> Bool {
        // go-ethereum: -32600 "batch too large", and -32003 "response too large" for each call
        // that no longer fitted into the answer of a batch.
        text.contains("batch") || (status == 413 && range == nil)
            || (error.code == -32003 && text.contains("response too large"))
    }

    /// Code and message, fit to be shown.
    private func words(_ error: RPCErrorObject) -> String {
        let message = self.scrubber.clean(error.message)
        guard let code = error.code else { return message }
        return message.isEmpty ? "code \(code)" : "\(message) (code \(code))"
    }

    // MARK: Errors without words

    /// An answer that holds no JSON-RPC error object: HTML, a truncated body, another status.
    func classify(
        _ fault: RPCReadFault, _ question: Question, status: Int, retryAfter: Duration?
    ) -> RPCVerdict {
        let detail = self.scrubber.clean("HTTP \(status), \(fault)", limit: 240)
        switch status {
        case 200..<300:
            return .failed(
                .badAnswer(
                    endpoint: self.endpoint, method: question.method,
                    detail: self.scrubber.clean("\(fault)", limit: 240)))
        case 401, 402, 403, 404, 407, 410, 451:
            return .failed(
                .denied(endpoint: self.endpoint, detail: "HTTP \(status)\(Self.name(status))"))
        case 413 where question.calls > 1 && question.range == nil: return .splitBatch
        case 413:
            if question.range != nil {
                return .failed(.rangeTooLarge(endpoint: self.endpoint, hint: .halve))
            }
            return .failed(
                .unsupported(
                    endpoint: self.endpoint, method: question.method, detail: "HTTP 413"))
        case 405, 415, 501:
            return .failed(
                .unsupported(
                    endpoint: self.endpoint, method: question.method, detail: "HTTP \(status)"))
        case 429: return self.rateLimited(retryAfter)
        case 503 where retryAfter != nil: return self.rateLimited(retryAfter)
        case 408, 425, 500...599:
            return .failed(
                .serverError(endpoint: self.endpoint, code: status, detail: Self.serverText(fault)))
        default:
            return .failed(
                .badAnswer(endpoint: self.endpoint, method: question.method, detail: detail))
        }
    }

    /// An exchange that brought no answer.
    func classify(_ error: TransportError, _ question: Question) -> RPCVerdict {
        switch error {
        case .cancelled, .shutDown: return .failed(.cancelled)
        case .responseTooLarge where question.range != nil:
            return .failed(.rangeTooLarge(endpoint: self.endpoint, hint: .halve))
        case .responseTooLarge where question.calls > 1: return .splitBatch
        case .responseTooLarge, .headersTooLarge, .badResponse, .badEncoding:
            return .failed(
                .badAnswer(
                    endpoint: self.endpoint, method: question.method, detail: "\(error)"))
        case .tooManyInFlight: return self.rateLimited(nil)
        default:
            return .failed(
                .unreachable(
                    endpoint: self.endpoint, cause: self.scrubber.clean("\(error)")))
        }
    }

    private static func name(_ status: Int) -> String {
        switch status {
        case 401: " Unauthorized"
        case 402: " Payment Required"
        case 403: " Forbidden"
        case 404: " Not Found: check the path of the URL"
        default: ""
        }
    }

    private static func serverText(_ fault: RPCReadFault) -> String {
        switch fault {
        case .empty: "no body"
        case .html: "an HTML page"
        default: "no JSON-RPC answer"
        }
    }
}
