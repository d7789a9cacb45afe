// Weir
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// Hands mails to mail servers, from any task; one try each.
///
/// A thread works through the mails that wait, up to four at a time where servers are slow, and ends
/// when none is left: a program that sends no mail has no thread for it.
///
/// ```swift
/// let client = MailClient()
/// let reply = try await client.send(request)
/// ```
package final class MailClient: Sendable {
    private let queue: MailQueue

    package init(threadsMax: Int = 4, waitingMax: Int = 256) {
        self.queue = MailQueue(threadsMax: max(1, threadsMax), waitingMax: max(1, waitingMax))
    }

    /// A client that is let go without `shutdown` gives its mails up by itself.
    deinit {
        self.queue.stop(waiter: nil)
    }

    /// Sends a mail and waits until the server has it for at least one of its recipients.
    ///
    /// - Throws: what went wrong; a mail whose answer was lost on the way may have arrived all the
    ///   same. Within about a second after the task is cancelled, `.transport(.cancelled)`.
    package func send(_ request: MailRequest) async throws(MailError) -> MailReply {
        if let fault = request.fault { throw .invalid(fault) }
        if let refusal = AddressGuard.refusal(ofHost: request.host, reach: request.reach) {
            throw .transport(.forbiddenAddress(host: request.host, refusal))
        }
        let job = MailJob(request, now: monotonicNanoseconds())
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                job.continuation = continuation
                self.queue.add(job)
            }
        } onCancel: {
            self.queue.cancel(job)
        }
        return try outcome.get()
    }

    /// Gives up all mails with `.transport(.shutDown)` and waits for the threads' end.
    package func shutdown() async {
        await withCheckedContinuation { continuation in
            self.queue.stop(waiter: continuation)
        }
    }
}

/// One mail on its way from a task to a thread and back.
///
/// Sendable by agreement: `continuation` is set once before the job is handed over under the queue's
/// lock, and used once by whoever took the job out of it; `isCancelled` is atomic.
final class MailJob: @unchecked Sendable {
    typealias Outcome = Result<MailReply, MailError>

    let request: MailRequest
    /// When it was handed over, by `monotonicNanoseconds`.
    let start: UInt64
    let isCancelled = Atomic<Bool>(false)
    var continuation: CheckedContinuation<Outcome, Never>?

    init(_ request: MailRequest, now: UInt64) {
        self.request = request
        self.start = now
    }

    func complete(_ outcome: Outcome) {
        let continuation = self.continuation
        self.continuation = nil
        continuation?.resume(returning: outcome)
    }

    /// What is left of the time that the mail may take, waiting included.
    func timeLeft(now: UInt64) -> Duration {
        let waited = now >= self.start ? now - self.start : 0
        return self.request.totalTimeout - .nanoseconds(Int64(clamping: waited))
    }
}

/// The mails that wait, and the threads that work through them.
final class MailQueue: Sendable {
    private struct State {
        var waiting: [MailJob] = []
        var running: [MailJob] = []
        var threads = 0
        var isStopped = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    private let threadsMax: Int
    private let waitingMax: Int

    init(threadsMax: Int, waitingMax: Int) {
        self.threadsMax = threadsMax
        self.waitingMax = waitingMax
    }

    func add(_ job: MailJob) {
        let (refusal, needsThread): (TransportError?, Bool) = self.state.withLock { state in
            if state.isStopped { return (.shutDown, false) }
            if job.isCancelled.load(ordering: .acquiring) { return (.cancelled, false) }
            guard state.waiting.count < self.waitingMax else {
                return (.tooManyInFlight(limit: self.waitingMax), false)
            }
            state.waiting.append(job)
            guard state.threads < self.threadsMax else { return (nil, false) }
            state.threads += 1
            return (nil, true)
        }
        if let refusal { return job.complete(.failure(.transport(refusal))) }
        if needsThread { self.startThread() }
    }

    func cancel(_ job: MailJob) {
        job.isCancelled.store(true, ordering: .releasing)
        let wasWaiting = self.state.withLock { state in
            guard let index = state.waiting.firstIndex(where: { $0 === job }) else { return false }
            state.waiting.remove(at: index)
            return true
        }
        if wasWaiting { job.complete(.failure(.transport(.cancelled))) }
    }

    func stop(waiter: CheckedContinuation<Void, Never>?) {
        let (dropped, isOver) = self.state.withLock { state in
            state.isStopped = true
            let dropped = state.waiting
            state.waiting = []
            for job in state.running { job.isCancelled.store(true, ordering: .releasing) }
            if state.threads > 0, let waiter { state.waiters.append(waiter) }
            return (dropped, state.threads == 0)
        }
        for job in dropped { job.complete(.failure(.transport(.shutDown))) }
        if isOver { waiter?.resume() }
    }

    private func startThread() {
        var thread = pthread_t()
        let context = unsafe Unmanaged.passRetained(self).toOpaque()
        let code = unsafe pthread_create(
            &thread, nil,
            { context in
                guard let context = unsafe context else { return nil }
                let queue = unsafe Unmanaged<MailQueue>.fromOpaque(context).takeRetainedValue()
                queue.work()
                return nil
            }, context)
        if code == 0 {
            pthread_detach(thread)
            return
        }
        unsafe Unmanaged<MailQueue>.fromOpaque(context).release()
        // Another thread may still come to them; without one they cannot be sent.
        let (dropped, waiters) = self.state.withLock { state in
            state.threads -= 1
            guard state.threads == 0 else { return ([MailJob](), state.waiters) }
            let dropped = state.waiting
            state.waiting = []
            return (dropped, state.waiters)
        }
        let error = TransportError.other(code: Int(code), text: "cannot start a thread")
        for job in dropped { job.complete(.failure(.transport(error))) }
        self.endIfLast(waiters)
    }

    private func work() {
        CurlLoop.prepareThread()
        while let job = self.next() {
            let outcome = self.send(job)
            let isStopped = self.state.withLock { state in
                state.running.removeAll { $0 === job }
                return state.isStopped
            }
            if isStopped, case .failure(.transport(.cancelled)) = outcome {
                job.complete(.failure(.transport(.shutDown)))
            } else {
                job.complete(outcome)
            }
        }
        self.endIfLast(self.state.withLock { $0.waiters })
    }

    /// The next mail; nil ends the thread that asked.
    private func next() -> MailJob? {
        self.state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.threads -= 1
                return nil
            }
            let job = state.waiting.removeFirst()
            state.running.append(job)
            return job
        }
    }

    private func send(_ job: MailJob) -> MailJob.Outcome {
        let left = job.timeLeft(now: monotonicNanoseconds())
        guard left > .zero else { return .failure(.transport(.timedOut(.connecting))) }
        guard CurlLoop.isLibraryReady, let transfer = MailTransfer(job) else {
            let error = TransportError.other(code: 2, text: "libcurl cannot be used")
            return .failure(.transport(error))
        }
        return transfer.run(left)
    }

    private func endIfLast(_ waiters: [CheckedContinuation<Void, Never>]) {
        guard !waiters.isEmpty else { return }
        let ended: [CheckedContinuation<Void, Never>] = self.state.withLock { state in
            guard state.threads == 0 else { return [] }
            let ended = state.waiters
            state.waiters = []
            return ended
        }
        for waiter in ended { waiter.resume() }
    }
}
