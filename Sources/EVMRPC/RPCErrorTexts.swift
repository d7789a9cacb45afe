// Weir
// SPDX-License-Identifier: Apache-2.0

// The words by which providers tell what their codes do not.
extension RPCErrorClassifier {
    /// The node lacks the block, or its state: it lags, or it has pruned.
    static let behindTexts = [
        "beyond current head block", "unknown block", "header not found", "missing trie node",
        "block not found", "header for hash not found", "block does not exist",
        "could not find block", "cannot find block", "not currently canonical",
        "after last accepted block", "cannot query unfinalized data", "pruned history unavailable",
        "greater than the latest block", "greater than latest block", "ahead of the chain",
        "is ahead of", "not yet available", "no state found for block", "block is out of range",
        "state is not available", "state not available", "requested block is unavailable",
        "historical state", "unknown finalized block", "unknown safe block",
    ]

    /// What was paid for is used up: waiting some seconds does not help.
    static let quotaTexts = [
        "payment required", "daily request count exceeded", "daily request limit",
        "daily limit", "monthly capacity", "monthly request", "monthly limit", "monthly quota",
        "out of credits", "credits exhausted", "insufficient credits", "quota exceeded",
        "exceeded its quota", "exceeded your quota",
    ]

    static let deniedTexts = [
        "unauthorized", "not authorized", "unauthenticated", "must be authenticated", "api key",
        "apikey", "access denied", "forbidden", "invalid project id", "project id required",
        "account is suspended", "account suspended", "subscription", "invalid token",
    ]

    static let rateTexts = [
        "rate limit", "ratelimit", "rate-limit", "too many requests", "request limit reached",
        "requests per second", "per second capacity", "throughput",
        "call rate", "capacity exceeded", "try again later", "backoff", "slow down",
    ]

    static let unsupportedTexts = [
        "method not found", "does not exist/is not available", "is not available",
        "not supported", "unsupported", "not whitelisted", "not allowed", "method disabled",
        "is disabled", "not implemented", "cannot unmarshal", "execution reverted", "out of gas",
        "intrinsic gas", "invalid argument", "invalid params", "vm execution error",
        "always failing transaction",
    ]

    static func has(_ text: String, _ phrases: [String]) -> Bool {
        phrases.contains { text.contains($0) }
    }

    /// `retry in 5s`, `try again in 1 minute`, `retry after 500ms`.
    static func wait(in text: String) -> Duration? {
        for phrase in ["retry in", "again in", "retry after", "retry-after", "wait"] {
            guard let found = text.firstRange(of: phrase) else { continue }
            let rest = Array(text[found.upperBound...].utf8.prefix(32))
            guard let start = rest.firstIndex(where: { (0x30...0x39).contains($0) }), start <= 6
            else { continue }
            let digits = rest[start...].prefix { (0x30...0x39).contains($0) }
            guard let number = Int64(String(decoding: digits, as: UTF8.self)), number <= 86_400_000
            else { continue }
            let unit = rest[(start + digits.count)...].drop { $0 == 0x20 }
            if unit.starts(with: "ms".utf8) || unit.starts(with: "milli".utf8) {
                return .milliseconds(number)
            }
            return .seconds(unit.first == UInt8(ascii: "m") ? number * 60 : number)
        }
        return nil
    }
}
