// Weir
// SPDX-License-Identifier: Apache-2.0

package import CurlTransport
import Synchronization
import WeirPorts

/// JSON-RPC with one endpoint: batches out, answers matched by id, errors typed by what helps.
///
/// It never tries again, with two exceptions: a batch that the endpoint finds too large is sent in
/// smaller ones, and a parameter form that it does not know is replaced by an older one. What it
/// learnt of both it keeps. Failover and backing off are ``EndpointPool``'s.
package final class JSONRPCClient: Sendable {
    /// The longest wait for the endpoint's budget; a longer one is reported as a rate limit.
    private static let budgetPatience = Duration.seconds(5)
    /// The same for what goes on with an answer that was begun: giving up would waste what it cost.
    private static let continuationPatience = Duration.seconds(600)

    package let endpoint: RPCEndpoint
    /// How much the endpoint has to prove; shared with the other endpoints of its chain.
    package let verification: Verification
    let clock: RPCClock
    private let transport: any RPCTransport
    private let observer: RPCObserver
    private let classifier: RPCErrorClassifier
    private let state: Mutex<State>
    let limits: Mutex<EndpointLimits>

    /// What is learnt of the endpoint.
    private struct State {
        var nextID: UInt64 = 1
        var batchLimit: Int
        var features = Features()
        /// 0 to 16: how likely it is that the next block at the head has wanted logs.
        var logsExpected = 8
        /// The same for transactions that somebody wants.
        var transactionsExpected = 8
    }

    /// Parameter forms that the endpoint takes; true until it refuses.
    struct Features: Sendable {
        /// A block by hash where a number was once the only way (EIP-1898).
        var stateByHash = true
        /// `eth_getLogs` with `blockHash` (EIP-234).
        var logsByHash = true
        /// How receipts are asked for: the first form that was not refused.
        var receipts = ReceiptForm.blockHash
        var multicall = MulticallMemory()
    }

    /// The ways to ask for all receipts of a block, the best first.
    enum ReceiptForm: Sendable, CaseIterable {
        /// `eth_getBlockReceipts` by hash.
        case blockHash
        /// `eth_getBlockReceipts` by number: the receipts root tells whether they are this block's.
        case blockNumber
        /// `eth_getTransactionReceipt` for each transaction.
        case transactions
    }

    package init(
        _ endpoint: RPCEndpoint, transport: any RPCTransport, clock: RPCClock = .system,
        observer: RPCObserver = .none, verification: Verification = .off,
    ) {
        self.endpoint = endpoint
        self.verification = verification
        self.transport = transport
        self.clock = clock
        self.observer = observer
        self.classifier = RPCErrorClassifier(
            endpoint: endpoint.name,
            scrubber: SecretScrubber(url: endpoint.url, headers: endpoint.headers))
        self.state = Mutex(State(batchLimit: endpoint.batchLimit))
        self.limits = Mutex(
            EndpointLimits(
                budget: endpoint.budget, creditsPerDay: endpoint.creditsPerDay,
                unixSeconds: clock.unixSeconds()))
        verification.join(endpoint.name)
    }

    /// A client over HTTP.
    package convenience init(
        _ endpoint: RPCEndpoint, curl: CurlClient, clock: RPCClock = .system,
        observer: RPCObserver = .none, verification: Verification = .off,
    ) throws(TransportError) {
        let transport = try CurlRPCTransport(endpoint, client: curl)
        self.init(
            endpoint, transport: transport, clock: clock, observer: observer,
            verification: verification)
    }

    /// The most calls that go into one batch now.
    package var batchLimit: Int { self.state.withLock { $0.batchLimit } }

    var features: Features { self.state.withLock { $0.features } }

    func learn(_ change: (inout Features) -> Void) {
        self.state.withLock { change(&$0.features) }
    }

    /// Whether the next block is likely to have wanted logs, by those before.
    var expectsLogs: Bool { self.state.withLock { $0.logsExpected >= 8 } }

    /// Notes whether a block at the head had wanted logs.
    func note(hasLogs: Bool) {
        self.state.withLock { state in
            state.logsExpected =
                hasLogs ? min(16, state.logsExpected + 4) : max(0, state.logsExpected - 2)
        }
    }

    /// Whether the next block is likely to have wanted transactions, by those before.
    var expectsTransactions: Bool { self.state.withLock { $0.transactionsExpected >= 8 } }

    /// Notes whether a block at the head had wanted transactions.
    func note(hasTransactions: Bool) {
        self.state.withLock { state in
            state.transactionsExpected =
                hasTransactions
                ? min(16, state.transactionsExpected + 4) : max(0, state.transactionsExpected - 2)
        }
    }

    /// An error about an answer that reads well but cannot be right.
    func bad(_ method: String, _ detail: String) -> ChainClientError {
        .badAnswer(endpoint: self.endpoint.name, method: method, detail: detail)
    }

    /// Text of the server, fit to be shown.
    func shown(_ text: String) -> String { self.classifier.scrubber.clean(text) }

    // MARK: Calls

    /// One call and its value.
    func one(_ call: RPCCall) async throws(ChainClientError) -> RPCValue {
        let outcomes = try await self.perform([call])
        guard let outcome = outcomes.first else { throw self.bad(call.method, "no answer") }
        return try outcome.get()
    }

    /// Sends calls in as few bodies as the endpoint allows; outcomes are in the order of the calls.
    ///
    /// Runs off the caller's actor: reading megabytes of logs is work. Calls that go on with an answer
    /// that was begun (`continuing`) wait for the budget as long as it takes.
    ///
    /// - Throws: what is wrong with a whole exchange. What is wrong with one call is its outcome.
    @concurrent
    func perform(
        _ calls: [RPCCall], continuing: Bool = false
    ) async throws(ChainClientError) -> [Result<RPCValue, ChainClientError>] {
        var outcomes = [Result<RPCValue, ChainClientError>?](repeating: nil, count: calls.count)
        var open = Array(calls.indices)
        var limit = self.batchLimit
        while !open.isEmpty {
            let chunk = Array(open.prefix(limit))
            let answers = try await self.exchange(
                chunk.map { calls[$0] },
                patience: continuing || chunk.first != 0
                    ? Self.continuationPatience : Self.budgetPatience)
            open.removeFirst(chunk.count)
            var again: [Int] = []
            for (index, answer) in zip(chunk, answers) {
                outcomes[index] = answer
                if answer == nil { again.append(index) }
            }
            guard !again.isEmpty else { continue }
            // Only batches of two and more are split, so this ends.
            open.insert(contentsOf: again, at: 0)
            limit = max(1, chunk.count / 2)
            if again.count == chunk.count { self.state.withLock { $0.batchLimit = limit } }
        }
        return outcomes.compactMap { $0 }
    }

    /// One HTTP exchange. Nil stands for a call that has to be asked again in a smaller batch.
    private func exchange(
        _ calls: [RPCCall], patience: Duration
    ) async throws(ChainClientError) -> [Result<RPCValue, ChainClientError>?] {
        let priced = self.priced(calls)
        let firstID = try await self.admit(priced, patience: patience)
        let body = RPCCall.body(calls[...], firstID: firstID)
        let question = Self.question(calls)
        let start = self.clock.now()
        var report = RPCExchange(
            endpoint: self.endpoint.name, methods: priced, duration: .zero,
            bytesSent: body.count, bytesReceived: 0, faults: [])
        defer {
            report.duration = self.clock.now() - start
            self.observer.observe(report)
        }
        var response: HTTPResponse
        do throws(TransportError) {
            response = try await self.transport.send(body)
        } catch {
            self.giveBack(error, &report.methods)
            return try self.settle(self.classifier.classify(error, question), calls, &report)
        }
        report.bytesReceived =
            response.bytesReceived > 0 ? response.bytesReceived : response.body.count
        let retryAfter = self.heed(response)
        let reading: RPCAnswerReader.Reading
        do throws(RPCReadFault) {
            reading = try RPCAnswerReader.read(response.body, calls: calls[...], firstID: firstID)
            var body: [UInt8] = []
            swap(&body, &response.body)
            self.transport.recycle(body)
        } catch {
            let verdict = self.classifier.classify(
                error, question, status: response.status, retryAfter: retryAfter)
            return try self.settle(verdict, calls, &report)
        }
        if let whole = reading.whole, reading.answers.contains(where: { $0 == nil }) {
            let verdict = self.classifier.classify(
                whole, question, status: response.status, retryAfter: retryAfter)
            return try self.settle(verdict, calls, &report)
        }
        return try self.sort(
            reading.answers, calls, status: response.status, retryAfter: retryAfter, &report)
    }

    /// A verdict about a whole exchange: thrown, or "ask all again".
    private func settle(
        _ verdict: RPCVerdict, _ calls: [RPCCall], _ report: inout RPCExchange
    ) throws(ChainClientError) -> [Result<RPCValue, ChainClientError>?] {
        guard case .failed(let error) = verdict else {
            report.faults.append("batch_too_large")
            return Array(repeating: nil, count: calls.count)
        }
        // One that lost against a quicker endpoint, or met the end of the program, is no fault.
        if error != .cancelled { report.faults.append(error.reason) }
        throw error
    }

    /// Answers of single calls as outcomes.
    private func sort(
        _ answers: [RPCAnswer?], _ calls: [RPCCall], status: Int, retryAfter: Duration?,
        _ report: inout RPCExchange,
    ) throws(ChainClientError) -> [Result<RPCValue, ChainClientError>?] {
        var outcomes: [Result<RPCValue, ChainClientError>?] = []
        var splits = false
        var missing = 0
        for (call, answer) in zip(calls, answers) {
            switch answer {
            case .value(let value)?: outcomes.append(.success(value))
            case .error(let error)?:
                if call.shape == .execution, let data = RevertDialect.data(of: error) {
                    outcomes.append(.success(.reverted(data)))
                    continue
                }
                let question = RPCErrorClassifier.Question(
                    method: call.method, range: call.range, calls: calls.count)
                switch self.classifier.classify(
                    error, question, status: status, retryAfter: retryAfter)
                {
                case .failed(let error):
                    report.faults.append(error.reason)
                    outcomes.append(.failure(error))
                case .splitBatch:
                    splits = true
                    outcomes.append(nil)
                }
            case nil:
                missing += 1
                outcomes.append(nil)
            }
        }
        if splits {
            report.faults.append("batch_too_large")
        } else if missing > 0 {
            let error = self.bad(
                Self.question(calls).method, "no answer to \(missing) of \(calls.count) calls")
            report.faults.append(error.reason)
            throw error
        }
        return outcomes
    }

    /// Takes in what the headers say of limits; the wait that is asked for with an error.
    private func heed(_ response: HTTPResponse) -> Duration? {
        let unixSeconds = self.clock.unixSeconds()
        let headers = RateLimitHeaders(response.headers, now: unixSeconds)
        let now = self.clock.now()
        let isRefusal = !(200..<300).contains(response.status)
        self.limits.withLock { $0.heard(headers, isRefusal: isRefusal, now: now) }
        return response.retryAfter(now: unixSeconds) ?? headers.pause
    }

    /// Ids for some calls, once budget and credits allow them.
    private func admit(
        _ calls: [RPCExchange.Calls], patience: Duration
    ) async throws(ChainClientError) -> UInt64 {
        if Task.isCancelled { throw .cancelled }
        let (now, unixSeconds) = (self.clock.now(), self.clock.unixSeconds())
        let count = calls.reduce(0) { $0 + $1.count }
        let credits = calls.reduce(UInt64(0)) { sum, calls in
            let (total, overflow) = sum.addingReportingOverflow(calls.credits)
            return overflow ? .max : total
        }
        let admission = self.limits.withLock {
            $0.admit(
                count, credits: credits, now: now, unixSeconds: unixSeconds,
                patience: patience)
        }
        switch admission {
        case .refused(let retryAfter):
            throw .rateLimited(endpoint: self.endpoint.name, retryAfter: retryAfter)
        case .after(let wait):
            if wait > .zero {
                do { try await self.clock.sleep(wait) } catch { throw .cancelled }
            }
        }
        return self.state.withLock { state in
            defer { state.nextID &+= UInt64(count) }
            return state.nextID
        }
    }

    /// What a whole body asked: the largest thing in it.
    private static func question(_ calls: [RPCCall]) -> RPCErrorClassifier.Question {
        let main = calls.first { $0.range != nil } ?? calls.first
        return RPCErrorClassifier.Question(
            method: main?.method ?? "", range: main?.range, calls: calls.count)
    }
}
