// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
package import EVMPrimitives

/// The hash of a block: the Keccak-256 of its header's RLP (Yellow Paper, section 4.4.3).
///
/// Which fork a header is of is seen from its fields: base fee (London, EIP-1559), withdrawals root
/// (Shanghai, EIP-4895), blob gas and beacon root (Cancun, EIP-4844 and EIP-4788), requests hash
/// (Prague, EIP-7685). Headers of AuRa seals (Gnosis before its merge) hash fields that JSON-RPC does
/// not give; their hash comes out otherwise here.
package enum HeaderHash {
    /// The hash; throws ``ProofError/headerFieldMissing(_:)`` where an earlier fork's field lacks.
    package static func hash(of header: BlockHeader) throws(ProofError) -> Hash256 {
        Keccak256.hash(try self.encode(header))
    }

    /// The RLP of a header; throws as ``hash(of:)`` does.
    package static func encode(_ header: BlockHeader) throws(ProofError) -> [UInt8] {
        try self.checkFields(of: header)
        var writer = RLPWriter(capacity: 768)
        let list = writer.beginList()
        writer.append(header.parentHash)
        writer.append(header.ommersHash)
        writer.append(header.beneficiary)
        writer.append(header.stateRoot)
        writer.append(header.transactionsRoot)
        writer.append(header.receiptsRoot)
        writer.append(header.logsBloom.bytes)
        writer.append(header.difficulty)
        writer.append(header.number.rawValue)
        writer.append(header.gasLimit)
        writer.append(header.gasUsed)
        writer.append(header.timestamp.rawValue)
        writer.append(header.extraData)
        writer.append(header.mixHash)
        var nonce: [UInt8] = []
        appendWord(header.nonce, to: &nonce)
        writer.append(nonce)
        if let value = header.baseFeePerGas { writer.append(value) }
        if let value = header.withdrawalsRoot { writer.append(value) }
        if let value = header.blobGasUsed { writer.append(value) }
        if let value = header.excessBlobGas { writer.append(value) }
        if let value = header.parentBeaconBlockRoot { writer.append(value) }
        if let value = header.requestsHash { writer.append(value) }
        writer.endList(list)
        return writer.bytes
    }

    /// Every field up to the last one present must be there, and Cancun's three come together.
    private static func checkFields(of header: BlockHeader) throws(ProofError) {
        let present: [(HeaderField, Bool)] = [
            (.baseFeePerGas, header.baseFeePerGas != nil),
            (.withdrawalsRoot, header.withdrawalsRoot != nil),
            (.blobGasUsed, header.blobGasUsed != nil),
            (.excessBlobGas, header.excessBlobGas != nil),
            (.parentBeaconBlockRoot, header.parentBeaconBlockRoot != nil),
            (.requestsHash, header.requestsHash != nil),
        ]
        guard let last = present.lastIndex(where: \.1) else { return }
        // Cancun is whole or absent.
        let needed = (2...4).contains(last) ? 4 : last
        if let gap = present[...needed].first(where: { !$0.1 }) {
            throw .headerFieldMissing(gap.0)
        }
    }
}
