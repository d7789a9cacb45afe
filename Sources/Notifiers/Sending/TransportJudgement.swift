// Weir
// SPDX-License-Identifier: Apache-2.0

import CurlTransport
import WeirPorts

/// What follows from an exchange that brought no answer.
///
/// It may have arrived all the same (a lost answer looks like a lost request), so all but a request
/// that can never be sent is tried again: at least once, and receivers tell by the key what they have.
enum TransportJudgement {
    static func outcome(_ error: TransportError, channel: String) -> DeliveryOutcome {
        let fault = DeliveryFault(self.reason(error), "\(channel): \(error)")
        if case .invalidRequest = error { return .refused(fault) }
        return .retry(after: nil, fault)
    }

    private static func reason(_ error: TransportError) -> DeliveryFault.Reason {
        switch error {
        case .timedOut, .stalled: .timeout
        case .couldNotResolve: .dns
        case .tls: .tls
        case .forbiddenAddress: .forbiddenAddress
        case .invalidRequest, .badResponse, .badEncoding, .responseTooLarge, .headersTooLarge:
            .malformed
        default: .connection
        }
    }
}
