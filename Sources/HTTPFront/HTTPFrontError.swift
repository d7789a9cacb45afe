// Weir
// SPDX-License-Identifier: Apache-2.0

/// Why the server could not start, or stopped by itself.
package enum HTTPFrontError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The text is no address to listen on.
    case badAddress(String, reason: AddressFault)
    /// The host's name has no address, or its address is not one of this machine.
    case unknownHost(ListenAddress)
    /// Another process listens there.
    case portInUse(ListenAddress)
    case permissionDenied(ListenAddress)
    /// Anything else that `bind` or `listen` says, with its errno.
    case listenFailed(ListenAddress, code: Int32)
    /// The listening socket closed without anybody asking for it, or before it was open.
    case stopped(ListenAddress)

    package enum AddressFault: Sendable, Hashable {
        case noPort, badPort, badHost
    }

    package var description: String {
        switch self {
        case .badAddress(let text, let reason):
            "cannot listen on \"\(text)\": \(reason); write HOST:PORT, for example "
                + "127.0.0.1:9560, [::1]:9560, or :9560 for all interfaces"
        case .unknownHost(let address):
            "cannot listen on \(address): \(address.host) is no address of this machine; "
                + "use 127.0.0.1 for this machine only, or 0.0.0.0 for all interfaces"
        case .portInUse(let address):
            "cannot listen on \(address): the port is in use; stop the other process "
                + "(`ss -ltnp 'sport = :\(address.port)'` shows it) or choose another port"
        case .permissionDenied(let address):
            "cannot listen on \(address): permission denied; ports below 1024 need privileges, "
                + "choose a higher one"
        case .listenFailed(let address, let code):
            "cannot listen on \(address): the system says error \(code)"
        case .stopped(let address):
            "the HTTP server on \(address) stopped without being asked to; start Weir again"
        }
    }
}

extension HTTPFrontError.AddressFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noPort: "it has no port"
        case .badPort: "its port is not a number from 0 to 65535"
        case .badHost: "its host is neither a name nor an address (IPv6 goes in brackets)"
        }
    }
}
