// Weir
// SPDX-License-Identifier: Apache-2.0

import JSONBytes

/// JSON-RPC over bytes: what a node answers to the body of an HTTP POST. A pure function of the
/// chain, the limits and the fault.
package enum JSONRPCFacade {
    /// Answers a request or a batch. Never fails: rubbish gets the error that geth gives it.
    package static func answer(
        _ request: [UInt8], chain: SimulatedChain, limits: ProviderLimits = ProviderLimits(),
        fault: FaultDecision = .healthy
    ) -> HTTPAnswer {
        var answer = self.faulty(request, chain, limits, fault)
        answer.delay = fault.delay
        return answer
    }

    private static func faulty(
        _ request: [UInt8], _ chain: SimulatedChain, _ limits: ProviderLimits,
        _ fault: FaultDecision
    ) -> HTTPAnswer {
        switch fault.kind {
        case .tooManyRequests:
            var answer = HTTPAnswer(
                status: 429, type: "text/plain", body: Array("Too Many Requests\n".utf8))
            let seconds = 1 + fault.salt % 3
            answer.headers.append(.init(name: "Retry-After", value: String(seconds)))
            return answer
        case .badGateway:
            let page =
                "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
                + "<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n"
            return HTTPAnswer(status: 502, type: "text/html", body: Array(page.utf8))
        case .closedConnection:
            return HTTPAnswer(status: 200, body: [], ending: .closed)
        default: break
        }
        let lag = fault.kind == .lag ? 1 + fault.salt % 4 : 0
        let methods = RPCMethods(
            view: ChainView(chain, lag: lag), limits: limits, fault: fault)
        var answer = HTTPAnswer(status: 200, body: self.body(request, methods))
        if fault.kind == .truncatedBody {
            let count = UInt64(max(1, answer.body.count))
            answer.ending = .truncated(after: Int(fault.salt % count))
        }
        return answer
    }

    // MARK: Requests and batches

    private static func body(_ request: [UInt8], _ methods: RPCMethods) -> [UInt8] {
        let document: JSONValue
        do throws(JSONError) {
            document = try JSONValue(
                parsing: request, limits: JSONLimits(depth: 64, values: 200_000))
        } catch {
            return self.failure(RPCFailure(-32700, "parse error"), id: .null) + [0x0a]
        }
        guard let batch = document.array else {
            let answer = self.reply(document, methods, failing: self.failure(for: methods))
            return answer.isEmpty ? [] : answer + [0x0a]
        }
        if batch.isEmpty {
            return self.failure(RPCFailure(-32600, "empty batch"), id: .null) + [0x0a]
        }
        if batch.count > methods.limits.batch {
            return self.failure(RPCFailure(-32600, "batch too large"), id: .null) + [0x0a]
        }
        let failing = Int(methods.fault.salt % UInt64(batch.count))
        var json = JSONWriter()
        json.beginArray()
        for (index, call) in batch.enumerated() {
            let failure = index == failing ? self.failure(for: methods) : nil
            let answer = self.reply(call, methods, failing: failure)
            if !answer.isEmpty { json.raw(answer) }
        }
        json.endArray()
        // A batch of notifications has no answer.
        return json.bytes.count == 2 ? [] : json.bytes + [0x0a]
    }

    /// The error that a call meets by fault.
    private static func failure(for methods: RPCMethods) -> RPCFailure? {
        switch methods.fault.kind {
        case .internalError: RPCFailure(-32603, "Internal error")
        case .limitExceeded:
            RPCFailure(-32005, "daily request count exceeded, request rate limited")
        default: nil
        }
    }

    /// The answer to one call; empty for a notification.
    private static func reply(
        _ call: JSONValue, _ methods: RPCMethods, failing: RPCFailure?
    ) -> [UInt8] {
        guard let object = call.object else {
            return self.failure(RPCFailure(-32600, "invalid request"), id: .null)
        }
        let id = object["id"]
        let isValid = id.map { $0.array == nil && $0.object == nil } ?? true
        guard isValid, object["jsonrpc"]?.string == "2.0", let method = object["method"]?.string
        else {
            return self.failure(
                RPCFailure(-32600, "invalid request"), id: isValid ? id ?? .null : .null)
        }
        guard let id else { return [] }
        if let failing { return self.failure(failing, id: id) }
        do throws(RPCFailure) {
            let parameters = try self.parameters(object["params"])
            let result = try methods.answer(method, parameters)
            var json = JSONWriter(reserving: result.count + 64)
            json.beginObject()
            json.key("jsonrpc")
            json.string("2.0")
            json.key("id")
            json.write(id)
            json.key("result")
            json.raw(result)
            json.endObject()
            return json.bytes
        } catch {
            return self.failure(error, id: id)
        }
    }

    private static func parameters(_ value: JSONValue?) throws(RPCFailure) -> RPCParameters {
        guard let value, !value.isNull else { return RPCParameters(values: []) }
        guard let list = value.array else { throw .invalid("non-array args") }
        return RPCParameters(values: list)
    }

    private static func failure(_ failure: RPCFailure, id: JSONValue) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.key("jsonrpc")
        json.string("2.0")
        json.key("id")
        json.write(id)
        json.key("error")
        failure.write(to: &json)
        json.endObject()
        return json.bytes
    }
}
