// Weir
// SPDX-License-Identifier: Apache-2.0

/// One HTTP exchange with an endpoint, as metrics want to know it.
package struct RPCExchange: Sendable, Equatable {
    /// The endpoint's name.
    package var endpoint: String
    /// The methods in the body and how often each stands there.
    package var methods: [Calls]
    package var duration: Duration
    package var bytesSent: Int
    /// Zero where no answer came.
    package var bytesReceived: Int
    /// What went wrong, for the exchange or for single calls of a batch: the label `reason` of
    /// ``ChainClientError``, each as often as it occurred.
    package var faults: [String]

    package struct Calls: Sendable, Equatable {
        package var method: String
        package var count: Int
        /// What these calls cost at the provider, by its pricing.
        package var credits: UInt64

        package init(method: String, count: Int, credits: UInt64 = 0) {
            self.method = method
            self.count = count
            self.credits = credits
        }
    }
}

/// Who is told of every exchange; called from the client's tasks, so it must be quick.
package struct RPCObserver: Sendable {
    package var observe: @Sendable (RPCExchange) -> Void

    package init(_ observe: @escaping @Sendable (RPCExchange) -> Void) {
        self.observe = observe
    }

    /// Tells nobody.
    package static let none = RPCObserver { _ in }
}
