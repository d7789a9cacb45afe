// Weir
// SPDX-License-Identifier: Apache-2.0

/// Why a chain did not answer, typed by what would help.
package enum ChainClientError: Error, Equatable, Sendable {
    /// The endpoint could not be reached, or broke off: the text names host and cause only.
    case unreachable(endpoint: String, cause: String)
    /// Too many requests; the endpoint may have said how long to wait.
    case rateLimited(endpoint: String, retryAfter: Duration?)
    /// The endpoint says that this range or result is too large.
    case rangeTooLarge(endpoint: String, hint: RangeHint)
    /// The endpoint does not have this block yet, or not any more.
    case behind(endpoint: String, detail: String)
    /// The answer is not what JSON-RPC allows: HTML, truncated, wrong type, another block's data.
    case badAnswer(endpoint: String, method: String, detail: String)
    /// The endpoint does not offer the method, or refuses it for these parameters.
    case unsupported(endpoint: String, method: String, detail: String)
    /// The endpoint refuses us: key, plan, payment.
    case denied(endpoint: String, detail: String)
    /// The endpoint failed inside; trying again may help.
    case serverError(endpoint: String, code: Int, detail: String)
    /// The endpoint serves another chain than the configuration names.
    case wrongChain(endpoint: String, expected: UInt64, found: UInt64)
    /// The answer reads well, but block hash, roots, bloom or another endpoint disprove it.
    /// `check` is the label `reason` of `weir_verification_failures_total`.
    case unproven(endpoint: String, check: String, detail: String)
    case cancelled

    /// What an endpoint told about the range that it would accept.
    package enum RangeHint: Equatable, Sendable {
        /// At most that many blocks.
        case blocks(UInt64)
        /// This range should work.
        case range(UInt64, UInt64)
        /// Nothing told: halve.
        case halve
    }

    /// What helps.
    package enum Disposition: Equatable, Sendable {
        /// The same again, after at least this long where a time is given.
        case retry(after: Duration?)
        /// A smaller range.
        case shrink(RangeHint)
        /// Another endpoint; the same one only later.
        case otherEndpoint
        /// Nothing that the program may do: the operator must look.
        case giveUp
    }

    package var disposition: Disposition {
        switch self {
        case .rateLimited(_, let after): .retry(after: after)
        case .rangeTooLarge(_, let hint): .shrink(hint)
        case .serverError: .retry(after: nil)
        case .unreachable, .behind, .badAnswer, .unsupported, .denied, .unproven: .otherEndpoint
        case .wrongChain, .cancelled: .giveUp
        }
    }

    /// The label of the error in `weir_rpc_errors_total{reason}`.
    package var reason: String {
        switch self {
        case .unreachable: "unreachable"
        case .rateLimited: "rate_limited"
        case .rangeTooLarge: "range_too_large"
        case .behind: "behind"
        case .badAnswer: "bad_answer"
        case .unsupported: "unsupported"
        case .denied: "denied"
        case .serverError: "server_error"
        case .wrongChain: "wrong_chain"
        case .unproven: "unproven"
        case .cancelled: "cancelled"
        }
    }
}

extension ChainClientError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreachable(let endpoint, let cause):
            "\(endpoint): cannot be reached (\(cause)); check that the node runs and the URL is right"
        case .rateLimited(let endpoint, let after):
            "\(endpoint): too many requests"
                + (after.map { "; asked to wait \($0)" } ?? "")
                + "; lower the budget or add an endpoint"
        case .rangeTooLarge(let endpoint, let hint):
            "\(endpoint): the log range is too large (\(hint))"
        case .behind(let endpoint, let detail):
            "\(endpoint): does not have the block (\(detail))"
        case .badAnswer(let endpoint, let method, let detail):
            "\(endpoint): \(method) gave an unusable answer: \(detail)"
        case .unsupported(let endpoint, let method, let detail):
            "\(endpoint): \(method) is not supported: \(detail)"
        case .denied(let endpoint, let detail):
            "\(endpoint): refused (\(detail)); check the API key and the plan"
        case .serverError(let endpoint, let code, let detail):
            "\(endpoint): error \(code): \(detail)"
        case .wrongChain(let endpoint, let expected, let found):
            "\(endpoint): serves chain \(found), but the configuration says \(expected); "
                + "correct the endpoint or `id`"
        case .unproven(let endpoint, let check, let detail):
            "\(endpoint): gave what the chain disproves (\(check)): \(detail); nothing of it was "
                + "stored, another endpoint is asked"
        case .cancelled:
            "cancelled"
        }
    }
}

extension ChainClientError.RangeHint: CustomStringConvertible {
    package var description: String {
        switch self {
        case .blocks(let count): "at most \(count) blocks"
        case .range(let from, let to): "\(from) to \(to) should work"
        case .halve: "no limit told"
        }
    }
}
