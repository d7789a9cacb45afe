// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

/// A transaction with every field that any of the types 0 to 4 signs.
///
/// Types: 0 legacy (EIP-155 or before), 1 (EIP-2930), 2 (EIP-1559), 3 (EIP-4844), 4 (EIP-7702),
/// 0x7e OP-stack deposit.
package struct Transaction: Sendable, Equatable {
    /// An entry of an access list (EIP-2930).
    package struct AccessListEntry: Sendable, Equatable {
        package var address: Address
        package var storageKeys: [Hash256]

        package init(address: Address, storageKeys: [Hash256]) {
            self.address = address
            self.storageKeys = storageKeys
        }
    }

    /// An authorization to set an account's code (EIP-7702).
    package struct Authorization: Sendable, Equatable {
        package var chainID: U256
        package var address: Address
        package var nonce: UInt64
        package var yParity: UInt8
        package var r: U256
        package var s: U256

        package init(
            chainID: U256, address: Address, nonce: UInt64, yParity: UInt8, r: U256, s: U256
        ) {
            self.chainID = chainID
            self.address = address
            self.nonce = nonce
            self.yParity = yParity
            self.r = r
            self.s = s
        }
    }

    /// What an OP-stack deposit carries instead of a signature (OP-stack specification, deposits).
    package struct Deposit: Sendable, Equatable {
        package var sourceHash: Hash256
        package var mint: U256
        package var isSystem: Bool

        package init(sourceHash: Hash256, mint: U256, isSystem: Bool) {
            self.sourceHash = sourceHash
            self.mint = mint
            self.isSystem = isSystem
        }
    }

    package var type: UInt8
    package var hash: Hash256
    package var from: Address
    /// Nil where a contract is created.
    package var to: Address?
    package var chainID: U256?
    package var nonce: UInt64
    package var gasLimit: UInt64
    /// Types 0 and 1.
    package var gasPrice: U256?
    /// Types 2 to 4.
    package var maxFeePerGas: U256?
    package var maxPriorityFeePerGas: U256?
    /// Type 3.
    package var maxFeePerBlobGas: U256?
    package var blobVersionedHashes: [Hash256]
    package var value: U256
    package var input: [UInt8]
    package var accessList: [AccessListEntry]
    package var authorizations: [Authorization]
    package var deposit: Deposit?
    /// Type 0: 27 or 28, or 35 + 2·chain + parity (EIP-155); other types: the parity.
    package var v: U256
    package var r: U256
    package var s: U256

    package init(
        type: UInt8, nonce: UInt64, gasLimit: UInt64, to: Address?, value: U256, input: [UInt8]
    ) {
        self.type = type
        self.hash = .zero
        self.from = .zero
        self.to = to
        self.chainID = nil
        self.nonce = nonce
        self.gasLimit = gasLimit
        self.gasPrice = nil
        self.maxFeePerGas = nil
        self.maxPriorityFeePerGas = nil
        self.maxFeePerBlobGas = nil
        self.blobVersionedHashes = []
        self.value = value
        self.input = input
        self.accessList = []
        self.authorizations = []
        self.deposit = nil
        self.v = .zero
        self.r = .zero
        self.s = .zero
    }
}

/// A receipt with every field that its root hashes, and the fees that it states.
package struct Receipt: Sendable, Equatable {
    /// A log inside a receipt.
    package struct Log: Sendable, Equatable {
        package var address: Address
        package var topics: [Hash256]
        package var data: [UInt8]

        package init(address: Address, topics: [Hash256], data: [UInt8]) {
            self.address = address
            self.topics = topics
            self.data = data
        }
    }

    /// What the first field of the hashed form is: a state root before Byzantium (EIP-658), a status since.
    package enum Outcome: Sendable, Equatable {
        case status(Bool)
        case stateRoot(Hash256)
    }

    package var type: UInt8
    package var transactionHash: Hash256
    package var outcome: Outcome
    package var gasUsed: UInt64
    package var cumulativeGasUsed: UInt64
    package var effectiveGasPrice: U256?
    package var fees: ReceiptFees
    package var contractAddress: Address?
    package var logsBloom: LogsBloom
    package var logs: [Log]
    /// OP-stack deposits from Regolith on.
    package var depositNonce: UInt64?
    /// OP-stack deposits from Canyon on; only then are nonce and version hashed.
    package var depositReceiptVersion: UInt64?

    /// - Parameter bloom: what the receipt states; nil computes it from the logs.
    package init(
        type: UInt8, transactionHash: Hash256, outcome: Outcome, gasUsed: UInt64,
        cumulativeGasUsed: UInt64, logs: [Log], bloom stated: LogsBloom? = nil
    ) {
        self.type = type
        self.transactionHash = transactionHash
        self.outcome = outcome
        self.gasUsed = gasUsed
        self.cumulativeGasUsed = cumulativeGasUsed
        self.effectiveGasPrice = nil
        self.fees = ReceiptFees()
        self.contractAddress = nil
        self.logs = logs
        self.depositNonce = nil
        self.depositReceiptVersion = nil
        if let stated {
            self.logsBloom = stated
            return
        }
        var bloom = LogsBloom()
        for log in logs {
            bloom.insert(log.address)
            for topic in log.topics { bloom.insert(topic: topic) }
        }
        self.logsBloom = bloom
    }
}

/// A withdrawal from the beacon chain (EIP-4895).
package struct Withdrawal: Sendable, Equatable {
    package var index: UInt64
    package var validatorIndex: UInt64
    package var address: Address
    /// Gwei.
    package var amount: UInt64

    package init(index: UInt64, validatorIndex: UInt64, address: Address, amount: UInt64) {
        self.index = index
        self.validatorIndex = validatorIndex
        self.address = address
        self.amount = amount
    }
}
