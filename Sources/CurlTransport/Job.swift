// Weir
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// One request on its way from a task to the loop and back.
///
/// Sendable by agreement: `continuation` is set once before the job is handed over under the
/// inbox's lock; `handle` belongs to the loop's thread; `isCancelled` is atomic.
final class Job: @unchecked Sendable {
    typealias Outcome = Result<HTTPResponse, TransportError>

    let request: HTTPRequest
    /// Set before `.cancel` is posted, so that a cancellation that overtakes its own request in the
    /// inbox is still seen when the request arrives.
    let isCancelled = Atomic<Bool>(false)
    /// The loop resumes it exactly once and sets it to nil.
    var continuation: CheckedContinuation<Outcome, Never>?
    /// The handle that works on the request, from start to end of its transfer.
    var handle: EasyHandle?

    init(_ request: HTTPRequest) {
        self.request = request
    }
}
