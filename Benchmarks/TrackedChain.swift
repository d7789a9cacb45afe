// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ConfigTree
import EVMABI
import EVMPrimitives
import Economy

/// Trackers over one contract called `all`, as a configuration asks for them, and a chain that is
/// made for them.
struct TrackedChain {
    static let chain = "bench"

    /// - Parameter yaml: `tokens` and `trackers` as in a configuration file.
    static func definition(_ events: [ABIEvent], _ yaml: String) throws -> EconomyDefinition {
        let tree = try ConfigLoader(surroundings: ConfigSurroundings())
            .load(text: yaml, name: "bench.yaml", directory: nil)
        return try tree.read { root -> EconomyDefinition? in
            let contract = EventDirectory.Contract(
                chain: Self.chain,
                contract: CatalogContract(alias: "all", address: nil, events: events))
            let directory = EventDirectory([("all", contract)]) { root.fail("\($0): \($1)") }
            let tokens = TokenDirectory(root, chains: [Self.chain])
            let trackers = TrackerReader(directory, tokens: tokens, chains: [Self.chain])
                .read(root).map(\.definition)
            guard let catalog = directory.catalogs[Self.chain] else { return nil }
            return EconomyDefinition(
                chain: Self.chain, catalog: catalog, trackers: trackers,
                tokens: tokens.table(Self.chain))
        }
    }

    /// A transfer or a stake: an event with two indexed addresses and one word.
    struct Move {
        var from: Address
        var to: Address
        var amount: U256
    }

    /// The account of a number, as little alike to its neighbours as real ones are.
    static func account(_ number: Int) -> Address {
        Address(truncating: Keccak256.hash(U256(UInt64(number)).bigEndianBytes).word)
    }

    static func header(_ number: Int) -> BlockHeader {
        BlockHeader(
            number: BlockNumber(UInt64(number)), hash: Hash256(U256(UInt64(number) + 1)),
            parentHash: .zero, timestamp: BlockTime(1_700_000_000 + 12 * UInt64(number)))
    }

    /// The logs of a block in which each move is an event.
    static func logs(_ block: Int, _ topic: Hash256, _ moves: [Move]) -> LogBatch {
        let header = Self.header(block)
        var batch = LogBatch()
        for (index, move) in moves.enumerated() {
            guard let topics = TopicList([topic, Hash256(move.from.word), Hash256(move.to.word)])
            else { continue }
            batch.append(
                LogEntry(
                    address: Address(truncating: .one), topics: topics, dataOffset: 0,
                    dataCount: 0, blockNumber: header.number, blockHash: header.hash,
                    transactionHash: header.hash, transactionIndex: UInt32(index),
                    logIndex: UInt32(index), blockTimestamp: header.timestamp),
                data: move.amount.bigEndianBytes)
        }
        return batch
    }
}
