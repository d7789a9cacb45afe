// Weir
// SPDX-License-Identifier: Apache-2.0

import CCurl
import Glibc
import Synchronization

/// The one thread that touches libcurl, and the inbox through which others reach it.
///
/// The thread drains the inbox, lets libcurl work on all transfers, reports those that ended, and
/// sleeps in `curl_multi_poll`. A sender wakes it only if it sleeps: under load the wake-ups, one
/// system call each, are most of what a request costs.
///
/// Sendable by agreement: `inbox` is locked, `counters` are atomic, all else belongs to the thread
/// once it runs.
@safe final class CurlLoop: @unchecked Sendable {
    private enum Command {
        case add(Job)
        case cancel(Job)
    }

    private enum Phase {
        case running
        /// The thread will fail what is left and end; leads to `stopped`.
        case stopping
        /// The thread is gone, or never was.
        case stopped(TransportError)
    }

    private struct Inbox {
        var commands: [Command] = []
        var phase = Phase.running
        /// The thread is in `curl_multi_poll` or about to be.
        var isAsleep = false
        var stopWaiters: [CheckedContinuation<Void, Never>] = []
    }

    let counters = TransportCounters()
    /// Locked.
    let pool = BodyPool()
    private let configuration: CurlConfiguration
    private let inbox = Mutex(Inbox())
    private let multi: UnsafeMutableRawPointer?
    /// Every handle that exists; those without a job are also in `free`.
    private var handles: [EasyHandle] = []
    private var free: [EasyHandle] = []
    private var nextDeadlineCheck: UInt64 = 0

    /// Starts the thread. If it cannot be started, every request fails with the reason.
    init(configuration: CurlConfiguration) {
        self.configuration = configuration
        let code = Self.libraryCode
        let multi = code == CURLE_OK ? unsafe curl_multi_init() : nil
        unsafe self.multi = multi
        guard let multi = unsafe multi else {
            let error = TransportError(other: code == CURLE_OK ? CURLE_OUT_OF_MEMORY : code)
            self.inbox.withLock { $0.phase = .stopped(error) }
            return
        }
        let connections = max(1, configuration.maxConnections)
        let options = [
            (CURLMOPT_MAXCONNECTS, connections),
            (CURLMOPT_MAX_TOTAL_CONNECTIONS, connections),
            (CURLMOPT_MAX_HOST_CONNECTIONS, max(1, configuration.maxConnectionsPerHost)),
            (CURLMOPT_MAX_CONCURRENT_STREAMS, max(1, configuration.maxStreamsPerConnection)),
        ]
        for (option, value) in options {
            _ = unsafe ccurl_multi_setopt_long(multi, option, value)
        }
        self.start()
    }

    /// `curl_global_init`, once for the process and before any thread of ours.
    private static let libraryCode: CURLcode = curl_global_init(Int(CURL_GLOBAL_SSL))

    static var isLibraryReady: Bool { self.libraryCode == CURLE_OK }

    // MARK: - From any thread

    /// Hands a request over; its continuation is resumed whatever happens.
    func add(_ job: Job) {
        guard self.counters.enter(limit: self.configuration.maxInFlight) else {
            let error = TransportError.tooManyInFlight(limit: self.configuration.maxInFlight)
            self.resume(job, .failure(error))
            return
        }
        let refusal: TransportError? = self.inbox.withLock { inbox in
            switch inbox.phase {
            case .running:
                inbox.commands.append(.add(job))
                self.wake(&inbox)
                return nil
            case .stopping: return .shutDown
            case .stopped(let error): return error
            }
        }
        if let refusal { self.complete(job, .failure(refusal)) }
    }

    /// Asks to give a request up.
    func cancel(_ job: Job) {
        job.isCancelled.store(true, ordering: .releasing)
        self.inbox.withLock { inbox in
            guard case .running = inbox.phase else { return }
            inbox.commands.append(.cancel(job))
            self.wake(&inbox)
        }
    }

    /// Asks the thread to fail what is in flight and end; `waiter` is resumed when it has.
    func stop(waiter: CheckedContinuation<Void, Never>? = nil) {
        let isStopped = self.inbox.withLock { inbox in
            if case .stopped = inbox.phase { return true }
            inbox.phase = .stopping
            if let waiter { inbox.stopWaiters.append(waiter) }
            self.wake(&inbox)
            return false
        }
        if isStopped { waiter?.resume() }
    }

    /// Under the lock, so that the multi handle cannot end meanwhile.
    private func wake(_ inbox: inout Inbox) {
        guard inbox.isAsleep else { return }
        inbox.isAsleep = false
        _ = unsafe curl_multi_wakeup(self.multi)
    }

    private func resume(_ job: Job, _ outcome: Job.Outcome) {
        let continuation = job.continuation
        job.continuation = nil
        continuation?.resume(returning: outcome)
    }

    private func complete(_ job: Job, _ outcome: Job.Outcome) {
        if case .failure = outcome {
            self.counters.leave(failed: true)
        } else {
            self.counters.leave(failed: false)
        }
        self.resume(job, outcome)
    }

    // MARK: - The thread

    private func start() {
        var thread = pthread_t()
        // The thread holds the loop; the client only asks it to stop.
        let context = unsafe Unmanaged.passRetained(self).toOpaque()
        let code = unsafe pthread_create(
            &thread, nil,
            { context in
                guard let context = unsafe context else { return nil }
                let loop = unsafe Unmanaged<CurlLoop>.fromOpaque(context).takeRetainedValue()
                loop.run()
                return nil
            }, context)
        guard code == 0 else {
            unsafe Unmanaged<CurlLoop>.fromOpaque(context).release()
            unsafe curl_multi_cleanup(self.multi)
            let error = TransportError.other(code: Int(code), text: "cannot start a thread")
            self.inbox.withLock { $0.phase = .stopped(error) }
            return
        }
        pthread_detach(thread)
    }

    private func run() {
        Self.prepareThread()
        var commands: [Command] = []
        while self.receive(&commands) {
            for command in commands {
                switch command {
                case .add(let job): self.begin(job)
                case .cancel(let job): self.abandon(job)
                }
            }
            commands.removeAll(keepingCapacity: true)
            var running: Int32 = 0
            let code = unsafe curl_multi_perform(self.multi, &running)
            self.reap()
            if code != CURLM_OK { self.failAll(TransportError(other: code)) }
            self.checkDeadlines()
            self.sleep()
        }
        self.finish(commands)
    }

    /// Takes the inbox's commands; false if the thread shall end.
    private func receive(_ commands: inout [Command]) -> Bool {
        self.inbox.withLock { inbox in
            inbox.isAsleep = false
            swap(&commands, &inbox.commands)
            if case .running = inbox.phase { return true }
            return false
        }
    }

    /// Waits for sockets, libcurl's timers or a wake-up; not at all if there is something to do.
    private func sleep() {
        let maySleep = self.inbox.withLock { inbox in
            guard inbox.commands.isEmpty, case .running = inbox.phase else { return false }
            inbox.isAsleep = true
            return true
        }
        guard maySleep else { return }
        self.pool.age(now: monotonicNanoseconds())
        let isIdle = self.free.count == self.handles.count
        let milliseconds: Int32 = isIdle ? (self.pool.isEmpty ? 60_000 : 2_100) : 100
        guard unsafe curl_multi_poll(self.multi, nil, 0, milliseconds, nil) != CURLM_OK else {
            return
        }
        // Out of memory or descriptors: rather slow than spinning.
        _ = poll(nil, 0, 10)
    }

    private func begin(_ job: Job) {
        guard !job.isCancelled.load(ordering: .acquiring) else {
            return self.complete(job, .failure(.cancelled))
        }
        guard let handle = self.free.popLast() ?? self.makeHandle() else {
            return self.complete(job, .failure(TransportError(other: CURLE_OUT_OF_MEMORY)))
        }
        do {
            try handle.begin(job, now: monotonicNanoseconds())
        } catch {
            self.discard(handle)
            return self.complete(job, .failure(error))
        }
        let code = unsafe curl_multi_add_handle(self.multi, handle.raw)
        guard code == CURLM_OK else {
            return self.finish(handle, .failure(TransportError(other: code)))
        }
    }

    /// A request that has ended already is left alone: its cancellation came too late.
    private func abandon(_ job: Job) {
        guard let handle = job.handle else { return }
        self.remove(handle, .cancelled)
    }

    private func reap() {
        var left: Int32 = 0
        while let message = unsafe curl_multi_info_read(self.multi, &left) {
            guard unsafe ccurl_msg_kind(message) == CURLMSG_DONE,
                let raw = unsafe ccurl_msg_easy(message)
            else { continue }
            // The message goes with the handle's removal, so it is read before.
            let code = unsafe ccurl_msg_result(message)
            unsafe curl_multi_remove_handle(self.multi, raw)
            guard let handle = unsafe EasyHandle.of(raw) else { continue }
            self.finish(handle, handle.outcome(code, now: monotonicNanoseconds()))
        }
    }

    /// libcurl does not count the time that a transfer waits for a free connection; we do.
    private func checkDeadlines() {
        guard self.free.count < self.handles.count else { return }
        let now = monotonicNanoseconds()
        guard now >= self.nextDeadlineCheck else { return }
        self.nextDeadlineCheck = now &+ 50_000_000
        // Both lists change meanwhile.
        let overdue = self.handles.filter { $0.job != nil && $0.deadline < now }
        for handle in overdue {
            self.remove(handle, .timedOut(handle.phase))
        }
    }

    private func remove(_ handle: EasyHandle, _ error: TransportError) {
        unsafe curl_multi_remove_handle(self.multi, handle.raw)
        self.finish(handle, .failure(error))
    }

    /// Reports the outcome of a handle that has left the multi handle.
    private func finish(_ handle: EasyHandle, _ outcome: Job.Outcome) {
        self.counters.count(handle)
        let job = handle.end()
        self.recycle(handle)
        if let job { self.complete(job, outcome) }
    }

    private func makeHandle() -> EasyHandle? {
        guard let handle = EasyHandle(configuration: self.configuration, pool: self.pool) else {
            return nil
        }
        handle.index = self.handles.count
        self.handles.append(handle)
        return handle
    }

    /// Keeps as many idle handles as there can be transfers at work over HTTP/1.1.
    private func recycle(_ handle: EasyHandle) {
        guard self.free.count >= max(1, self.configuration.maxConnections) else {
            self.free.append(handle)
            return
        }
        self.discard(handle)
    }

    /// Ends a handle that is neither at work nor in the free list.
    private func discard(_ handle: EasyHandle) {
        if let last = self.handles.popLast(), last !== handle {
            last.index = handle.index
            self.handles[handle.index] = last
        }
        handle.close()
    }

    private func failAll(_ error: TransportError) {
        let atWork = self.handles.filter { $0.job != nil }
        for handle in atWork { self.remove(handle, error) }
    }

    private func finish(_ commands: [Command]) {
        self.failAll(.shutDown)
        for case .add(let job) in commands { self.complete(job, .failure(.shutDown)) }
        for handle in self.handles { handle.close() }
        self.handles = []
        self.free = []
        let waiters = self.inbox.withLock { inbox in
            // `add` and `cancel` append only while running, so the inbox is empty by now.
            unsafe curl_multi_cleanup(self.multi)
            inbox.phase = .stopped(.shutDown)
            inbox.isAsleep = false
            let waiters = inbox.stopWaiters
            inbox.stopWaiters = []
            return waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// No signal is ours to handle. Above all SIGPIPE: OpenSSL writes to sockets without
    /// MSG_NOSIGNAL, and with NOSIGNAL libcurl does not mask it either.
    static func prepareThread() {
        var signals = sigset_t()
        unsafe sigfillset(&signals)
        for fault in [SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP] {
            unsafe sigdelset(&signals, fault)
        }
        unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
    }
}

extension TransportCounters {
    fileprivate func count(_ handle: EasyHandle) {
        let opened = handle.connectionsOpened
        if opened > 0 {
            self.connectionsOpened.wrappingAdd(UInt64(opened), ordering: .relaxed)
        }
        self.bytesSent.wrappingAdd(UInt64(max(0, handle.bytesSent)), ordering: .relaxed)
        self.bytesReceived.wrappingAdd(UInt64(max(0, handle.bytesReceived)), ordering: .relaxed)
    }
}
