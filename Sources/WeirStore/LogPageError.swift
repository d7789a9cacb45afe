// Weir
// SPDX-License-Identifier: Apache-2.0

/// Why packed logs cannot be read: the row is damaged, or a newer Weir wrote it.
package enum LogPageError: Error, Equatable, Sendable {
    case unknownVersion(UInt8)
    case truncated
    case badNumber
    case badFlags(UInt8)
    case badReference(Int)
    case trailingBytes
}

extension LogPageError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknownVersion(let version): "packed logs have the unknown version \(version)"
        case .truncated: "packed logs end too early"
        case .badNumber: "packed logs hold a number out of range"
        case .badFlags(let flags): "packed logs hold the impossible flags \(flags)"
        case .badReference(let reference):
            "packed logs refer to the value \(reference), which did not come yet"
        case .trailingBytes: "packed logs have bytes behind the last log"
        }
    }
}
