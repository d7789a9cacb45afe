// Weir
// SPDX-License-Identifier: Apache-2.0

/// One header line of a request. The value is taken for a secret and never printed.
package struct RequestHeader: Sendable, Hashable {
    package let name: String
    let value: String

    /// Makes a header; what is in it is checked when the request is sent.
    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    /// Whether name and value can be sent; a request with one that cannot fails.
    package var isSendable: Bool { (try? self.line()) != nil }

    /// The line as libcurl wants it.
    ///
    /// An empty value needs `Name;`: with `Name:` libcurl would leave the header out.
    ///
    /// - Throws: `TransportError.invalidRequest` if the name is no RFC 9110 token, the value holds a
    ///   line break or a NUL, or the header is one that frames the message.
    func line() throws(TransportError) -> String {
        guard !self.name.isEmpty, self.name.utf8.allSatisfy(Self.isToken) else {
            throw .invalidRequest(.headerName)
        }
        guard self.value.utf8.allSatisfy({ $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7F) }) else {
            throw .invalidRequest(.headerValue(name: self.name))
        }
        guard !self.hasName("content-length"), !self.hasName("transfer-encoding") else {
            throw .invalidRequest(.headerName)
        }
        return self.value.isEmpty ? "\(self.name);" : "\(self.name): \(self.value)"
    }

    /// Compares names without case; `lowercased` must be lower-case ASCII.
    func hasName(_ lowercased: String) -> Bool {
        self.name.utf8.count == lowercased.utf8.count
            && zip(self.name.utf8, lowercased.utf8).allSatisfy { asciiLowercased($0) == $1 }
    }

    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E...0x60, 0x7C, 0x7E: true
        default: false
        }
    }
}

extension RequestHeader: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "\(self.name): <secret>" }

    package var debugDescription: String { self.description }

    /// Empty, so that `dump` does not look inside.
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// `A` to `Z` become `a` to `z`, other bytes stay.
func asciiLowercased(_ byte: UInt8) -> UInt8 {
    (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
}
