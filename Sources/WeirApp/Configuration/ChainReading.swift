// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainSync
import ConfigTree
import CurlTransport
import EVMPrimitives
import EVMRPC

extension SyncConfiguration {
    /// Reads `follow`, `finality`, `start`, `catch_up` and `poll` of a chain. The more is verified,
    /// the more a page of catching up costs, and the fewer blocks it has.
    init(_ section: ConfigSection, verify: VerificationLevel) {
        self.init(
            follow: section.value("follow", .follow, default: .tag(.latest)),
            finality: section.value("finality", .finality, default: .tag(.finalized)),
            start: section.optionalUInt64("start").map { BlockNumber($0) })
        self.spanMax = verify.spanMax
        if let tuning = section.optionalSection("catch_up") {
            self.concurrency = tuning.int("concurrency", in: 1...64, default: self.concurrency)
            self.firstSpan = tuning.uint64("span", in: 1...1_000_000, default: self.firstSpan)
            self.spanMax = tuning.uint64(
                "span_max", in: 1...1_000_000, default: max(self.spanMax, self.firstSpan))
            if self.spanMax < self.firstSpan {
                tuning.fail(
                    at: "span_max", "is less than span",
                    advice: "span is where it begins, span_max where it ends")
            }
        }
        if let poll = section.optionalSection("poll") {
            let range = Duration.milliseconds(50)...Duration.seconds(3600)
            let least = poll.duration("min", in: range, default: .milliseconds(self.pollMin))
            let most = poll.duration(
                "max", in: range, default: max(least, .milliseconds(self.pollMax)))
            if most < least {
                poll.fail(at: "max", "is shorter than min", advice: "make it at least min")
            }
            self.pollMin = least.wholeMilliseconds
            self.pollMax = most.wholeMilliseconds
        }
    }
}

extension VerificationLevel {
    /// The most blocks of a page in catch-up, where the operator does not say.
    var spanMax: UInt64 {
        switch self {
        case .off: 10_000
        case .bloom: 512
        case .receipts: 128
        }
    }
}

extension RPCEndpoint {
    /// Reads one item of `endpoints`. Nil: its fault has been reported.
    init?(_ section: ConfigSection) {
        let url = section.required("url", .url())
        let name = section.optional("name", .endpointName)
        let weight = section.int("weight", in: 1...1_000, default: 1)
        let budget = EndpointBudget(section)
        let timeout = section.duration(
            "timeout", in: .milliseconds(100)...Duration.seconds(600), default: .seconds(60))
        let size = section.byteSize(
            "max_response", in: 64 << 10...1 << 30, default: 64 << 20)
        let batch = section.int("batch", in: 1...1_000, default: 100)
        let headers = Self.headers(section)
        guard let url, let headers else { return nil }
        do throws(TransportError) {
            try self.init(
                name: name, url: url.secret.reveal(), headers: headers,
                timeouts: HTTPTimeouts(
                    connect: min(HTTPTimeouts().connect, timeout), total: timeout),
                maxResponseBytes: size, batchLimit: batch, budget: budget.rate,
                creditsPerDay: budget.creditsPerDay, weight: weight)
            if let plan = budget.pricing { self.pricing.plan = plan }
            self.pricing.overrides = budget.costs
        } catch {
            section.fail(
                at: "url", "this URL cannot be used: its host or port is not one",
                advice: "expected https://host[:port]/path")
            return nil
        }
    }

    private static func headers(_ section: ConfigSection) -> [(name: String, value: String)]? {
        guard let headers = section.map("headers", .secret) else { return nil }
        var result: [(name: String, value: String)] = []
        for (name, secret) in headers {
            let value = secret.reveal()
            if name.isEmpty || !name.utf8.allSatisfy({ $0.isWordByte || $0 == 0x2d }) {
                section.fail(
                    at: "headers", "\(name.quoted) is no name of a header",
                    advice: "use letters, digits, - and _")
            } else if ["content-length", "transfer-encoding", "host"].contains(name.lowercased()) {
                section.fail(at: "headers", "\(name.quoted) is set by Weir itself")
            } else if !value.utf8.allSatisfy({ $0 == 0x09 || $0 >= 0x20 && $0 != 0x7f }) {
                section.fail(
                    at: "headers", "the value of \(name.quoted) holds a line break",
                    advice: "cut it to one line")
            } else {
                result.append((name, value))
            }
        }
        return result
    }
}

extension Duration {
    /// Rounded down; zero for negative ones.
    fileprivate var wholeMilliseconds: UInt64 {
        let (seconds, attoseconds) = self.components
        guard seconds >= 0, seconds < 1 << 40 else { return 0 }
        return UInt64(seconds) * 1_000 + UInt64(attoseconds / 1_000_000_000_000_000)
    }
}
