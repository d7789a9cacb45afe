// Weir
// SPDX-License-Identifier: Apache-2.0

import CurlTransport
import JSONBytes
import Testing
import WeirPorts

@testable import EVMRPC

/// Codes, statuses and words: what each has to become.
@Suite struct ClassificationTests {
    static let classifier = RPCErrorClassifier(
        endpoint: "node", scrubber: SecretScrubber(url: "https://h/\(canary)", headers: []))
    static let logs = RPCErrorClassifier.Question(
        method: "eth_getLogs", range: 100...1099, calls: 2)
    static let block = RPCErrorClassifier.Question(method: "eth_getBlockByHash")

    /// Case and, where it matters, payload of an error as text.
    static func kind(_ verdict: RPCVerdict) -> String {
        switch verdict {
        case .splitBatch: "split"
        case .failed(.rangeTooLarge(_, let hint)): "range \(hint)"
        case .failed(.rateLimited(_, let after)): "rate \(after.map { "\($0)" } ?? "-")"
        case .failed(.serverError(_, let code, _)): "server \(code)"
        case .failed(let error): error.reason
        }
    }

    typealias Row = (code: Int64?, message: String, status: Int, kind: String)

    static let onLogs: [Row] = [
        (-32602, "block range extends beyond current head block", 200, "behind"),
        (-32000, "unknown block", 200, "behind"),
        (-32000, "header not found", 200, "behind"),
        (-32000, "missing trie node 12ab (path )", 200, "behind"),
        (-39001, "Unknown block", 200, "behind"),
        (-32001, "resource not found", 200, "behind"),
        (-32005, "query returned more than 10000 results", 200, "range no limit told"),
        (-32005, "limit exceeded", 200, "rate -"),
        (-32005, "daily request count exceeded, request rate limited", 429, "denied"),
        (-32005, "rate limit reached, retry in 10s", 200, "rate 10.0 seconds"),
        (-32007, "50/second request limit reached", 200, "rate -"),
        (429, "Your app has exceeded its compute units per second capacity", 200, "rate -"),
        (
            35, "ranges over 500 blocks are not supported on freetier", 400,
            "range at most 500 blocks"
        ),
        (-32600, "block range is too wide", 400, "range no limit told"),
        (-32614, "eth_getLogs is limited to a 10 range", 413, "range at most 10 blocks"),
        (-32000, "Request Entity Too Large", 413, "range no limit told"),
        (-32600, "batch too large", 200, "split"),
        (31, "Batch of more than 3 requests are not allowed on free tier", 500, "split"),
        (-32003, "response too large", 200, "split"),
        (-32601, "the method eth_getLogs does not exist/is not available", 200, "unsupported"),
        (-32004, "method not supported", 200, "unsupported"),
        (-32602, "invalid argument 0: hex string without 0x prefix", 200, "unsupported"),
        (-32602, "invalid block range params", 200, "unsupported"),
        (-32700, "parse error", 200, "unsupported"),
        (-32600, "invalid request", 200, "unsupported"),
        (-32006, "JSON-RPC version not supported", 200, "unsupported"),
        (-32603, "internal error", 200, "server -32603"),
        (-32002, "resource unavailable", 200, "server -32002"),
        (-32000, "something broke", 200, "server -32000"),
        (nil, "something broke", 200, "server 0"),
        (nil, "something broke", 502, "server 502"),
        (nil, "unauthorized", 200, "denied"),
        (-32000, "Must be authenticated!", 200, "denied"),
        (402, "Payment Required", 402, "denied"),
        (-32600, "anything", 401, "denied"),
        (-32600, "anything", 403, "denied"),
        (-32000, "anything", 429, "rate -"),
        (-32000, "Monthly capacity limit exceeded", 429, "denied"),
        (Int64.min, "", 200, "server -9223372036854775808"),
    ]

    @Test(arguments: onLogs.indices)
    func errorsBecomeWhatHelps(row: Int) {
        let (code, message, status, kind) = Self.onLogs[row]
        let verdict = Self.classifier.classify(
            RPCErrorObject(code: code, message: message), Self.logs, status: status)
        #expect(Self.kind(verdict) == kind, "\(message)")
    }

    /// Only `eth_getLogs` has a range, and only with numbers can it be made smaller.
    @Test func onlyARangeOfNumbersIsEverMadeSmaller() {
        let error = RPCErrorObject(code: -32005, message: "query returned more than 10000 results")
        let byHash = RPCErrorClassifier.Question(method: "eth_getLogs")
        #expect(Self.kind(Self.classifier.classify(error, byHash)) == "unsupported")
        #expect(Self.kind(Self.classifier.classify(error, Self.block)) == "rate -")
        let size = RPCErrorObject(code: -32003, message: "response too large")
        let alone = RPCErrorClassifier.Question(method: "eth_getLogs", range: 1...9, calls: 1)
        #expect(Self.kind(Self.classifier.classify(size, alone)) == "range no limit told")
    }

    @Test func aRangeInDataIsTaken() throws {
        for (from, to) in [(#""0x64""#, #""0xc8""#), ("100", "200"), (#""200""#, #""100""#)] {
            let json =
                #"{"code":-32005,"message":"query returned more than 10000 results","#
                + #""data":{"from":\#(from),"to":\#(to),"limit":10000}}"#
            let error = try #require(RPCErrorObject(try .init(parsing: json)))
            #expect(
                Self.kind(Self.classifier.classify(error, Self.logs))
                    == "range 100 to 200 should work")
        }
    }

    @Test func revertsOfCallsAreNotTriedAgainHere() {
        let call = RPCErrorClassifier.Question(method: "eth_call")
        for (code, message): (Int64, String) in [
            (3, "execution reverted: no"), (-32000, "execution reverted"), (-32000, "out of gas"),
            (-32015, "VM execution error"),
        ] {
            let verdict = Self.classifier.classify(
                RPCErrorObject(code: code, message: message), call)
            #expect(Self.kind(verdict) == "unsupported", "\(message)")
        }
    }

    static let statuses: [(status: Int, kind: String)] = [
        (200, "bad_answer"), (204, "bad_answer"), (301, "bad_answer"), (400, "bad_answer"),
        (401, "denied"), (402, "denied"), (403, "denied"), (404, "denied"), (405, "unsupported"),
        (408, "server 408"), (413, "range no limit told"), (418, "bad_answer"),
        (429, "rate 7.0 seconds"), (500, "server 500"), (502, "server 502"),
        (503, "rate 7.0 seconds"), (504, "server 504"), (520, "server 520"), (999, "bad_answer"),
    ]

    @Test(arguments: statuses)
    func statusesWithoutJSONBecomeWhatHelps(status: Int, kind: String) {
        for fault in [RPCReadFault.html, .empty, .json(.unexpectedEnd(at: 3)), .notAnAnswer] {
            let verdict = Self.classifier.classify(
                fault, Self.logs, status: status, retryAfter: .seconds(7))
            #expect(Self.kind(verdict) == kind)
        }
    }

    static let transports: [(TransportError, String)] = [
        (.cancelled, "cancelled"), (.shutDown, "cancelled"),
        (.responseTooLarge(limitBytes: 50 << 20), "range no limit told"),
        (.headersTooLarge(limitBytes: 1), "bad_answer"), (.badResponse(host: "h"), "bad_answer"),
        (.badEncoding(host: "h"), "bad_answer"), (.tooManyInFlight(limit: 3), "rate -"),
        (.couldNotConnect(host: "h:1"), "unreachable"),
        (.couldNotResolve(host: "h"), "unreachable"),
        (.timedOut(.waiting), "unreachable"), (.stalled, "unreachable"),
        (.truncated(host: "h"), "unreachable"), (.connectionLost(host: "h"), "unreachable"),
        (.tls(.expired), "unreachable"), (.proxyFailed, "unreachable"),
        (.invalidRequest(.headerName), "unreachable"), (.http2(code: 92), "unreachable"),
        (.other(code: 1, text: "x"), "unreachable"),
    ]

    @Test(arguments: transports.indices)
    func transportErrorsBecomeWhatHelps(row: Int) {
        let (error, kind) = Self.transports[row]
        #expect(Self.kind(Self.classifier.classify(error, Self.logs)) == kind)
    }

    @Test func aTooLargeAnswerSplitsABatchAndEndsASingleCall() {
        let error = TransportError.responseTooLarge(limitBytes: 50 << 20)
        var question = Self.block
        #expect(Self.kind(Self.classifier.classify(error, question)) == "bad_answer")
        question.calls = 2
        #expect(Self.classifier.classify(error, question) == .splitBatch)
    }

    @Test func waitsAreReadFromWords() {
        #expect(RPCErrorClassifier.wait(in: "please retry in 5s") == .seconds(5))
        #expect(RPCErrorClassifier.wait(in: "try again in 2 minutes") == .seconds(120))
        #expect(RPCErrorClassifier.wait(in: "retry after 250ms") == .milliseconds(250))
        #expect(RPCErrorClassifier.wait(in: "retry in 999999999999999999999s") == nil)
        #expect(RPCErrorClassifier.wait(in: "slow down") == nil)
    }

    @Test func errorObjectsAreReadInEveryForm() throws {
        func read(_ json: String) throws -> RPCErrorObject? {
            RPCErrorObject(try .init(parsing: json))
        }
        #expect(try read("null") == nil)
        #expect(try read("{}") == nil)
        #expect(try read("7") == nil)
        #expect(try read(#""busy""#)?.message == "busy")
        #expect(try read(#"{"code":"429","message":"x"}"#)?.code == 429)
        #expect(try read(#"{"code":1.5,"message":"x"}"#)?.code == nil)
        #expect(try read(#"{"message":{"message":"deep"}}"#)?.message == "deep")
        #expect(try read(#"{"code":-1}"#)?.message == "")
        #expect(try read(#"{"message":"x","data":"0x08"}"#)?.data == "0x08")
        #expect(try read(#"{"message":"x","data":{"from":-1,"to":1e99}}"#)?.from == nil)
    }
}
