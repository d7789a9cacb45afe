// Weir
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// An HTTP client: requests in, answers out, from any task.
///
/// One client owns one thread and one pool of connections; a process needs one. Retrying is the
/// caller's business (`Backoff`), with one exception: libcurl sends a request again if a kept
/// connection turns out to be closed before a byte of the answer came.
///
/// ```swift
/// let client = CurlClient(configuration: CurlConfiguration())
/// let url = try EndpointURL("http://127.0.0.1:8545")
/// let answer = try await client.send(HTTPRequest(method: .post, url: url, body: body))
/// ```
package final class CurlClient: Sendable {
    private let loop: CurlLoop

    /// Starts the client's thread. If that fails, every `send` throws the reason.
    package init(configuration: CurlConfiguration = CurlConfiguration()) {
        self.loop = CurlLoop(configuration: configuration)
    }

    /// A client that is let go without `shutdown` ends its thread by itself, a moment later.
    deinit {
        self.loop.stop()
    }

    /// Sends a request and waits for the whole answer, whatever its status.
    ///
    /// - Throws: `.cancelled` soon after the task is cancelled; the connection is then closed
    ///   (HTTP/1.1) or the stream reset (HTTP/2). `.shutDown` during and after `shutdown`.
    ///   `.tooManyInFlight` and `.forbiddenAddress` at once. Else what went wrong.
    package func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        if let refusal = AddressGuard.refusal(of: request.url, reach: request.reach) {
            throw .forbiddenAddress(host: request.url.host, refusal)
        }
        let job = Job(request)
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                job.continuation = continuation
                self.loop.add(job)
            }
        } onCancel: {
            self.loop.cancel(job)
        }
        return try outcome.get()
    }

    /// Takes the memory of a body that was read, for an answer to come. Never needed; nobody else may
    /// hold the body.
    package func recycle(_ body: consuming [UInt8]) {
        self.loop.pool.put(body, now: monotonicNanoseconds())
    }

    /// Fails what is in flight with `.shutDown`, closes all connections and ends the thread.
    ///
    /// Returns when that is done; a second call waits for the same end. Not cut short by cancellation.
    package func shutdown() async {
        await withCheckedContinuation { continuation in
            self.loop.stop(waiter: continuation)
        }
    }

    /// What the client has done so far.
    package var statistics: TransportStatistics { self.loop.counters.snapshot }
}
