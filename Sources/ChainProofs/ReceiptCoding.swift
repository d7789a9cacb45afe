// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel

/// Receipts as the receipts root holds them (Yellow Paper, section 4.3.1, and EIP-2718).
///
/// State root before Byzantium, status since (EIP-658); a type byte before typed ones. An OP-stack
/// deposit's nonce and version are hashed from Canyon on, where the receipt states a version.
package enum ReceiptCoding {
    /// The bytes of a receipt: the bloom that it states, the logs that it has.
    package static func encode(_ receipt: Receipt) -> [UInt8] {
        let data = receipt.logs.reduce(0) { $0 &+ $1.data.count &+ 160 }
        var writer = RLPWriter(
            prefix: receipt.type == 0 ? [] : [receipt.type], capacity: 320 &+ data)
        let list = writer.beginList()
        switch receipt.outcome {
        case .status(let succeeded): writer.append(succeeded)
        case .stateRoot(let root): writer.append(root)
        }
        writer.append(receipt.cumulativeGasUsed)
        writer.append(receipt.logsBloom.bytes)
        self.write(receipt.logs, to: &writer)
        if receipt.type == TransactionCoding.deposit, let version = receipt.depositReceiptVersion {
            writer.append(receipt.depositNonce ?? 0)
            writer.append(version)
        }
        writer.endList(list)
        return writer.bytes
    }

    private static func write(_ logs: [Receipt.Log], to writer: inout RLPWriter) {
        let list = writer.beginList()
        for log in logs {
            let fields = writer.beginList()
            writer.append(log.address)
            let topics = writer.beginList()
            for topic in log.topics { writer.append(topic) }
            writer.endList(topics)
            writer.append(log.data)
            writer.endList(fields)
        }
        writer.endList(list)
    }
}
