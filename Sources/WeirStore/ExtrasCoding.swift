// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
import EVMPrimitives

/// How what was fetched of a block beside its logs is packed into the bytes of one row.
///
/// 1. One byte: the version, 1.
/// 2. The block: varint number, 32 bytes hash, varint time.
/// 3. A byte: 1 where fees follow. Fees: varint gas used, varint gas limit, a byte of flags (1 base
///    fee, 2 blob base fee, 4 gas price), those as words, then a list of words: the tips.
/// 4. A list of transactions, see ``ExtrasWriter``; a list of readings: key, a byte (0 data,
///    1 reverted, 2 unavailable), bytes.
///
/// *Varints* are LEB128, unsigned. A *word* is a byte n, up to 32, and its n last bytes. *Bytes*,
/// *text* and *lists* begin with a varint: how many there are. Reading never trusts the bytes: every
/// length is checked before it is used.
package enum ExtrasCoding {
    package static let version: UInt8 = 1

    /// The packed form; its checksum is that of ``LogPageCoding``.
    package static func encode(_ extras: BlockExtras) -> [UInt8] {
        var writer = ExtrasWriter()
        writer.write(extras)
        return writer.bytes
    }

    /// What was packed.
    package static func decode(_ bytes: [UInt8]) throws(ExtrasError) -> BlockExtras {
        try ExtrasReader.read(bytes)
    }
}

/// Why packed extras cannot be read: the row is damaged, or a newer Weir wrote it.
package enum ExtrasError: Error, Equatable, Sendable {
    case unknownVersion(UInt8)
    case truncated
    case badNumber
    case badFlags(UInt8)
    case badText
    case trailingBytes
}

extension ExtrasError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknownVersion(let version): "packed extras have the unknown version \(version)"
        case .truncated: "packed extras end too early"
        case .badNumber: "packed extras hold a number out of range"
        case .badFlags(let flags): "packed extras hold the impossible flags \(flags)"
        case .badText: "packed extras hold text that is not UTF-8"
        case .trailingBytes: "packed extras have bytes behind their end"
        }
    }
}
