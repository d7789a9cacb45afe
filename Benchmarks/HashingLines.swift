// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainProofs
import EVMPrimitives
import EVMSignatures

/// What verification spends its time on.
enum HashingLines {
    /// Hashes of 64 bytes, each of which depends on the one before.
    static func keccak(_ count: Int, _ measurement: Measurement) -> Row {
        var last = Hash256.zero
        let times = measurement.times {
            var message = [UInt8](repeating: 0x5a, count: 64)
            for _ in 0..<count {
                last = Keccak256.hash(message)
                message[0] = UInt8(truncatingIfNeeded: last.word0 >> 56)
            }
            Measurement.keep(last)
        }
        return Row(
            name: "keccak", what: "Keccak-256 of 64 bytes", count: count, unit: "hashes",
            bytes: count * 64, times: times,
            isExact: Keccak256.hash([]).description
                == "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")
    }

    /// Addresses from signatures over hashes that all differ.
    static func recover(_ count: Int, _ measurement: Measurement) throws -> Row {
        let key = try PrivateKey(bytes: [UInt8](repeating: 7, count: 32))
        let signed = try (0..<count).map { index in
            let hash = Keccak256.hash(Array("message \(index)".utf8))
            return (hash, try key.sign(hash: hash))
        }
        var isExact = true
        let times = try measurement.times {
            for (hash, signature) in signed {
                let signer = try SecpContext.shared.recover(hash: hash, signature: signature)
                if signer != key.address { isExact = false }
            }
        }
        return Row(
            name: "recover", what: "signature to address", count: count, unit: "signatures",
            times: times, isExact: isExact)
    }

    /// The receipts of a block against its header.
    static func prove(_ count: Int, _ measurement: Measurement) throws -> Row {
        let receipts = ReceiptsToProve(count: count, logsEach: 2)
        let times = try measurement.times {
            try BlockProof.check(receipts.list, of: receipts.header, transactions: receipts.names)
        }
        return Row(
            name: "prove", what: "prove receipts of two logs each", count: count,
            unit: "receipts", times: times)
    }
}
