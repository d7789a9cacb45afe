// Weir
// SPDX-License-Identifier: Apache-2.0

import CurlTransport
import Testing

@testable import EVMRPC

/// What providers answer when they do not answer, in their own words, and what has to follow.
///
/// Gathered from ponder's `getLogsRetryHelper` and its tests, reth, foundry, EIP-1474, go-ethereum
/// and the providers' pages. The range asked is 100 to 50,099.
enum ProviderErrors {
    struct Row: Sendable, CustomTestStringConvertible {
        var provider: String
        var status = 200
        /// The JSON of `error`; or, with `isBody`, the whole body.
        var error: String
        var isBody = false
        var headers: [(name: String, value: String)] = []
        /// As ``ClassificationTests/kind(_:)`` says it.
        var action: String

        var testDescription: String { "\(self.provider): \(self.error.prefix(60))" }

        init(
            _ provider: String, _ code: Int, _ message: String, status: Int = 200,
            data: String? = nil, _ action: String
        ) {
            self.provider = provider
            self.status = status
            self.error =
                #"{"code":\#(code),"message":"\#(message)"\#(data.map { #","data":\#($0)"# } ?? "")}"#
            self.action = action
        }

        /// A body that is no JSON-RPC answer.
        init(
            _ provider: String, status: Int, body: String,
            headers: [(name: String, value: String)] = [], _ action: String
        ) {
            self.provider = provider
            self.status = status
            self.error = body
            self.isBody = true
            self.headers = headers
            self.action = action
        }

        /// The answer to a body of calls.
        func answer(_ asked: [UInt64]) -> HTTPResponse {
            var text = self.error
            if !self.isBody {
                let answers = asked.map { #"{"jsonrpc":"2.0","id":\#($0),"error":\#(self.error)}"# }
                text = asked.count == 1 ? answers[0] : "[" + answers.joined(separator: ",") + "]"
            }
            return HTTPResponse(
                status: self.status, headers: HTTPHeaders(self.headers), body: Array(text.utf8))
        }

        /// The same error as one object for the whole batch.
        func wholeAnswer() -> HTTPResponse {
            HTTPResponse(
                status: self.status,
                body: Array(#"{"jsonrpc":"2.0","id":null,"error":\#(self.error)}"#.utf8))
        }
    }

    static func blocks(_ count: Int) -> String { "range at most \(count) blocks" }
    static let halve = "range no limit told"

    static let ranges: [Row] = [
        Row(
            "Alchemy", -32602,
            "Log response size exceeded. You can make eth_getLogs requests with up to a 2K block "
                + "range and no limit on the response size, or you can request any block range with "
                + "a cap of 10K logs in the response. Based on your parameters and the response "
                + "size limit, this block range should work: [0x64, 0x834]",
            "range 100 to 2100 should work"),
        Row(
            "Alchemy, inverted", -32602, "this block range should work: [0x834, 0x64]",
            "range 100 to 2100 should work"),
        Row(
            "Alchemy, free", -32600,
            "Under the Free tier plan, you can make eth_getLogs requests with up to a 10 block "
                + "range. Based on your parameters, this block range should work: [0x64, 0x6d]",
            status: 400, "range 100 to 109 should work"),
        Row(
            "Infura", -32005,
            "query returned more than 10000 results. Try with this block range [0x64, 0xC8].",
            data: #"{"from":"0x64","limit":10000,"to":"0xC8"}"#, "range 100 to 200 should work"),
        Row(
            "Infura, data only", -32005, "query returned more than 10000 results",
            data: #"{"from":"0x64","limit":10000,"to":"0xC8"}"#, "range 100 to 200 should work"),
        Row("zkSync", -32602, "query returned more than 10000 results", Self.halve),
        Row(
            "thirdweb", -32602, "Maximum allowed number of requested blocks is 1000",
            Self.blocks(1000)),
        Row(
            "QuickNode", -32614, "eth_getLogs is limited to a 10,000 range", status: 413,
            Self.blocks(10_000)),
        Row(
            "QuickNode, free", -32615,
            "eth_getLogs is limited to a 5 range, upgrade from the discover plan", status: 413,
            Self.blocks(5)),
        Row("QuickNode, no JSON", status: 413, body: "Request Entity Too Large", Self.halve),
        Row(
            "1RPC", -32000, "eth_getLogs is limited to 0 - 10000 blocks range",
            Self.blocks(10_000)),
        Row(
            "1RPC, size", -32000, "response size should not greater than 10000000 bytes",
            Self.halve),
        Row("BlockPI", -32000, "limited to 1024 block range", Self.blocks(1024)),
        Row(
            "Blast", -32600,
            "Exceeds the range allowed for your plan (50000 > 10000).", Self.blocks(10_000)),
        Row("Ankr", -32600, "block range is too wide", Self.blocks(3000)),
        Row(
            "Avalanche", -32000,
            "requested too many blocks from 100 to 50099, maximum is set to 2048",
            Self.blocks(2047)),
        Row("Cloudflare", -32047, "Invalid eth_getLogs request. Max range: 800", Self.blocks(799)),
        Row(
            "Chainstack", -32602,
            "Block range limit exceeded. See more details at https://docs.chainstack.com/",
            Self.blocks(10_000)),
        Row(
            "Coinbase", -32000, "please limit the query to at most 1000 blocks",
            Self.blocks(999)),
        Row("PublicNode", -32701, "maximum block range: 2000", Self.blocks(2000)),
        Row(
            "BSC, Arbitrum", -32000, "exceed maximum block range: 5000", Self.blocks(5000)),
        Row("reth", -32602, "query exceeds max block range 10000", Self.blocks(10_000)),
        Row(
            "reth, results", -32602,
            "query exceeds max results 20000, retry with the range 100-355",
            "range 100 to 355 should work"),
        Row(
            "Nethermind", -32005,
            "Too many logs requested. Max logs per response is 20000.", Self.halve),
        Row(
            "Erigon", -32000, "query returns too many logs, narrow your filter: 20000",
            Self.halve),
        Row(
            "Arbitrum", -32000, "logs matched by query exceeds limit of 10000", Self.halve),
        Row("Base, Monad", -32602, "block range too large", Self.blocks(2000)),
        Row(
            "Base", -32011, "no backend is currently healthy to serve traffic", status: 503,
            Self.blocks(2000)),
        Row("Optimism", -32000, "Block range is too large", Self.halve),
        Row("Optimism, size", -32020, "backend response too large", Self.halve),
        Row(
            "Merkle", -32000, "eth_getLogs range is too large, max is 1k blocks",
            Self.blocks(1000)),
        Row(
            "dRPC", 35, "ranges over 10000 blocks are not supported on freetier", status: 400,
            Self.blocks(10_000)),
        Row(
            "Moonriver", -32603, "block range is too wide (maximum 1024)", Self.blocks(1024)),
        Row(
            "Aurora", -32000, "you can make requests with up to a 2000 block range",
            Self.blocks(2000)),
        Row(
            "Harmony", -32000, "query must be smaller than size 1024", Self.blocks(1024)),
        Row(
            "Hyperliquid", -32602, "query exceeds max block range 1000", Self.blocks(1000)),
        Row(
            "Swell", -32000, "invalid block range: greater than 10000 max",
            Self.blocks(10_000)),
        Row("Somnia", -32000, "block range exceeds 1000", Self.blocks(1000)),
        Row("Tron", -32602, "exceed max block range: 5000", Self.blocks(4999)),
        Row(
            "TAC", -32000, "maximum [from, to] blocks distance: 10000", Self.blocks(10_000)),
    ]

    /// The node lags or has pruned: another endpoint, or later. Never a smaller range.
    static let behind: [Row] = [
        Row("reth", -32602, "block range extends beyond current head block", "behind"),
        Row("geth", -32000, "unknown block", "behind"),
        Row("geth", -32000, "header not found", "behind"),
        Row(
            "geth", -32000,
            "missing trie node 4f2e (path ) state 0x4f2e is not available", "behind"),
        Row("geth", -39001, "Unknown block", "behind"),
        Row("Nethermind", -32001, "resource not found", "behind"),
        Row(
            "Avalanche", -32000, "cannot query unfinalized data", "behind"),
        Row("Erigon", 4444, "pruned history unavailable", "behind"),
    ]

    /// Wait, ask another, or let the operator know.
    static let others: [Row] = [
        Row("any", -32005, "limit exceeded", "rate -"),
        Row(
            "Infura", -32005, "project ID request rate exceeded", status: 429,
            data: #"{"rate":{"allowed_rps":1,"backoff_seconds":30,"current_rps":1.4}}"#,
            "rate 30.0 seconds"),
        Row(
            "Infura, day", status: 402,
            body: #"{"code":402,"event":-33000,"message":"Payment Required"}"#, "denied"),
        Row(
            "Infura, day, old", -32005, "daily request count exceeded, request rate limited",
            status: 429, "denied"),
        Row(
            "Alchemy", 429,
            "Your app has exceeded its compute units per second capacity. If you have retries "
                + "enabled, you can safely ignore this message.", status: 429, "rate -"),
        Row("Alchemy, month", 429, "Monthly capacity limit exceeded.", status: 429, "denied"),
        Row("QuickNode", -32007, "50/second request limit reached", status: 429, "rate -"),
        Row(
            "Chainstack", -32005, "You've exceeded the RPS limit available on the current plan.",
            status: 429, data: #"{"try_again_in":"1.5s"}"#, "rate 2.0 seconds"),
        Row(
            "Cloudflare", status: 429, body: "error code: 1015",
            headers: [("Retry-After", "10")], "rate 10.0 seconds"),
        Row("QuickNode", status: 401, body: "Unauthorized", "denied"),
        Row("QuickNode", -32600, "endpoint disabled", status: 403, "denied"),
        Row("Ankr", -32000, "Unauthorized: You must authenticate your request", "denied"),
        Row("any", -32603, "internal error", "server -32603"),
        Row("any", -32002, "resource unavailable", "server -32002"),
        Row("any", -32000, "request timed out", "server -32000"),
        Row("any", -32601, "the method eth_getLogs does not exist/is not available", "unsupported"),
        Row("any", -32004, "method not supported", "unsupported"),
        Row("any", -32700, "parse error", "unsupported"),
        Row("any", -32600, "invalid request", "unsupported"),
        Row("any", -32602, "invalid params", "unsupported"),
        Row("any", -32006, "JSON-RPC version not supported", "unsupported"),
        Row("a proxy", status: 502, body: "<html><h1>502 Bad Gateway</h1></html>", "server 502"),
        Row("a proxy", status: 504, body: "", "server 504"),
        Row(
            "a proxy", status: 503, body: "<html>", headers: [("Retry-After", "2")],
            "rate 2.0 seconds"),
        Row("a proxy", status: 200, body: "<!DOCTYPE html><html>", "bad_answer"),
        Row("a proxy", status: 200, body: "", "bad_answer"),
        Row(
            "a proxy", status: 200, body: #"[{"jsonrpc":"2.0","id":1,"result":[{"addr"#,
            "bad_answer"),
        Row("a proxy", status: 200, body: "{}", "bad_answer"),
        Row("a proxy", status: 301, body: "moved", "bad_answer"),
    ]

    static let all = Self.ranges + Self.behind + Self.others
}
