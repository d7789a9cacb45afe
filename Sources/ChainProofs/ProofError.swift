// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives
package import EVMSignatures

/// Why something of the chain could not be encoded, decoded or checked.
package enum ProofError: Error, Equatable, Sendable {
    /// Bytes that are not canonical RLP, or not the RLP of what is read; the offset of the item.
    case rlp(RLPFault, offset: Int)
    /// A header has a later fork's field but lacks this one.
    case headerFieldMissing(HeaderField)
    /// The hash of a header covers a seal that JSON-RPC gives otherwise or not at all (AuRa).
    case foreignSeal
    /// The header's withdrawals root is that of a contract's storage (OP-stack since Isthmus).
    case withdrawalsRootOfStorage
    /// A transaction of this type must have this field.
    case transactionFieldMissing(TransactionField, type: UInt8)
    /// The encoding of this transaction type is not known, or it may not stand here.
    case transactionType(UInt8)
    /// A `v` that no signature of this transaction type has.
    case signatureV(U256, type: UInt8)
    /// The signature says another chain than the one expected; nil where the number has no place.
    case chainID(expected: U256, found: U256?)
    /// The signature of a transaction or authorization leads to no account.
    case signature(SignatureError)
    /// A rule for transactions that needs no state is broken.
    case transactionRule(TransactionRule)
    /// A trie key is longer than ``MerklePatriciaTrie`` takes.
    case trieKeyLength(Int)
}

/// What is wrong with RLP (Yellow Paper, appendix B).
package enum RLPFault: Error, Equatable, Sendable {
    /// The input ends before the item does.
    case truncated
    /// A length in a form longer than needed.
    case longLength
    /// A single byte below 0x80 with a prefix.
    case prefixedByte
    /// Bytes after the item that should be the last one, or items after the last field.
    case trailing
    /// Lists inside lists beyond ``RLPReader/depthLimit``.
    case depth
    /// A list where a byte string is expected.
    case unexpectedList
    /// A byte string where a list is expected.
    case unexpectedBytes
    /// A number with leading zeros.
    case leadingZero
    /// A number that does not fit where it belongs.
    case tooLarge
    /// A byte string that must have this many bytes and has not.
    case length(expected: Int)
}

/// The fields of a header that came with a fork, in the order in which they are hashed.
package enum HeaderField: String, Sendable, Hashable, CaseIterable {
    case baseFeePerGas
    case withdrawalsRoot
    case blobGasUsed
    case excessBlobGas
    case parentBeaconBlockRoot
    case requestsHash
}

/// The fields that only some transaction types have.
package enum TransactionField: String, Sendable, Hashable {
    case chainID = "chainId"
    case gasPrice
    case maxFeePerGas
    case maxPriorityFeePerGas
    case maxFeePerBlobGas
    case to
    case deposit = "sourceHash"
}

extension ProofError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .rlp(let fault, let offset):
            "RLP at byte \(offset): \(fault); the data is damaged or not what it should be"
        case .headerFieldMissing(let field):
            "a block header lacks \(field.rawValue) but has a field of a later fork; "
                + "its hash cannot be computed, ask another provider"
        case .foreignSeal:
            "the seal is not the mix hash and nonce of the usual header (AuRa, or they are "
                + "missing); the hash cannot be checked"
        case .withdrawalsRootOfStorage:
            "on an OP-stack chain since Isthmus this root is of a contract's storage; it cannot "
                + "be checked"
        case .transactionFieldMissing(let field, let type):
            "a transaction of type \(type) lacks \(field.rawValue); ask another provider"
        case .transactionType(let type):
            "transactions of type \(type) are not known here; they cannot be checked"
        case .signatureV(let v, let type):
            "a transaction of type \(type) has the v \(v), which no signature of that type has"
        case .chainID(let expected, let found):
            "a transaction is signed for chain \(found.map(String.init(describing:)) ?? "none"), "
                + "not for chain \(expected)"
        case .signature(let error): error.description
        case .transactionRule(let rule): "a transaction breaks a rule: \(rule)"
        case .trieKeyLength(let count):
            "a trie key has \(count) bytes; \(MerklePatriciaTrie.keyLimit) is the limit"
        }
    }
}

extension RLPFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .truncated: "the input ends inside an item"
        case .longLength: "a length is not in its shortest form"
        case .prefixedByte: "a single byte below 0x80 has a prefix"
        case .trailing: "there is more after the last item"
        case .depth: "lists are nested deeper than \(RLPReader.depthLimit)"
        case .unexpectedList: "a list stands where bytes belong"
        case .unexpectedBytes: "bytes stand where a list belongs"
        case .leadingZero: "a number has leading zeros"
        case .tooLarge: "a number is too large for its field"
        case .length(let expected): "a field has not \(expected) bytes"
        }
    }
}
