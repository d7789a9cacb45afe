// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainProofs
import EVMPrimitives

/// The state root: a true trie of the accounts (Yellow Paper, section 4.1), with one liberty. The
/// contracts have no storage tries; a hash over all logs that a contract ever emitted stands for the
/// root of its storage, so the root still changes exactly when the state does.
enum StateRoot {
    private static let emptyCode = Keccak256.hash([])
    private static let codeHashes = SimulatedContract.allCases.map { Keccak256.hash($0.code) }

    static func root(of world: WorldState) throws(ProofError) -> Hash256 {
        var trie = MerklePatriciaTrie(hashesKeys: true)
        for (address, account) in world.accounts {
            var storage = BlockRoots.empty
            var code = self.emptyCode
            if let contract = SimulatedContract.at(address) {
                storage = world.storageDigests[contract.rawValue]
                code = self.codeHashes[contract.rawValue]
            }
            var writer = RLPWriter(capacity: 128)
            let list = writer.beginList()
            writer.append(account.nonce)
            writer.append(account.balance)
            writer.append(storage)
            writer.append(code)
            writer.endList(list)
            try trie.set(address.bytes, to: writer.bytes)
        }
        return trie.root()
    }
}

extension Hash256 {
    /// Takes in a log: the hash of what was and the log.
    mutating func absorb(_ log: Receipt.Log) {
        var keccak = Keccak256()
        keccak.update(self.bytes)
        for topic in log.topics { keccak.update(topic.bytes) }
        keccak.update(log.data)
        self = keccak.finalize()
    }
}
