// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainProofs
import EVMPrimitives
import Testing

/// Blocks against what an endpoint says of them, without an endpoint.
@Suite struct BlockProofTests {
    static let contract = Address(words: 1, 2, 3)
    static let other = Address(words: 4, 5, 6)
    static let topic = Hash256(words: 7, 0, 0, 0)

    static func log(_ address: Address, _ data: [UInt8]) -> Receipt.Log {
        Receipt.Log(address: address, topics: [Self.topic], data: data)
    }

    static func receipt(_ index: UInt64, _ logs: [Receipt.Log]) -> Receipt {
        Receipt(
            type: 2, transactionHash: Hash256(words: index, 0, 0, 1), outcome: .status(true),
            gasUsed: 21_000, cumulativeGasUsed: 21_000 * (index + 1), logs: logs)
    }

    /// A block of two receipts, with true roots, bloom and hash.
    static func block(
        number: UInt64 = 5, parent: Hash256 = .zero, _ receipts: [Receipt]
    ) throws -> BlockHeader {
        var header = BlockHeader(
            number: BlockNumber(number), hash: .zero, parentHash: parent,
            timestamp: BlockTime(1_000 + number))
        header.receiptsRoot = BlockRoots.receiptsRoot(receipts)
        header.logsBloom = BlockProof.bloom(of: receipts)
        header.hash = try HeaderHash.hash(of: header)
        return header
    }

    static let receipts = [
        Self.receipt(0, [Self.log(Self.contract, [1]), Self.log(Self.other, [2])]),
        Self.receipt(1, [Self.log(Self.contract, [3])]),
    ]
    static let names = Self.receipts.map(\.transactionHash)

    private func reason(_ check: () throws(BlockDisproof) -> Void) -> BlockDisproof.Reason? {
        do throws(BlockDisproof) {
            try check()
            return nil
        } catch { return error.reason }
    }

    @Test func trueReceiptsAreProven() throws {
        let header = try Self.block(Self.receipts)
        try BlockProof.check(header)
        try BlockProof.check(Self.receipts, of: header, transactions: Self.names)
        try BlockProof.check(Self.receipts, of: header, transactions: nil)
        #expect(BlockProof.bloom(of: Self.receipts) == BlockRoots.logsBloom(Self.receipts))
    }

    @Test func everyChangeHasItsReason() throws {
        let header = try Self.block(Self.receipts)
        let cases: [(BlockDisproof.Reason, [Receipt], [Hash256]?)] = [
            (.receiptCount, [Self.receipts[0]], Self.names),
            (.receiptTransaction, Self.receipts.reversed(), Self.names),
            (.receiptsRoot, Self.receipts.reversed(), nil),
            (.receiptsRoot, [Self.receipts[0]], nil),
            (.receiptsRoot, [], nil),
        ]
        for (reason, receipts, names) in cases {
            #expect(
                self.reason { () throws(BlockDisproof) in
                    try BlockProof.check(receipts, of: header, transactions: names)
                } == reason)
        }
        var bloomless = header
        bloomless.logsBloom = LogsBloom()
        #expect(
            self.reason { () throws(BlockDisproof) in
                try BlockProof.check(Self.receipts, of: bloomless, transactions: Self.names)
            } == .logsBloom)
        #expect(
            self.reason { () throws(BlockDisproof) in try BlockProof.check(bloomless) }
                == .headerHash)
        bloomless.requestsHash = .zero
        #expect(
            self.reason { () throws(BlockDisproof) in try BlockProof.check(bloomless) }
                == .headerField)
    }

    @Test func headersLinkFromParentToChild() throws {
        let first = try Self.block(number: 5, parent: Self.topic, [])
        let second = try Self.block(number: 6, parent: first.hash, [])
        let stranger = try Self.block(number: 6, parent: Self.topic, [])
        try BlockProof.check(chain: [first, second], after: Self.topic)
        try BlockProof.check(chain: [first, second], after: nil)
        for (headers, parent) in [([first, stranger], nil), ([first, second], first.hash)] {
            #expect(
                self.reason { () throws(BlockDisproof) in
                    try BlockProof.check(chain: headers, after: parent)
                } == .parentLink)
        }
    }

    // MARK: Watching

    private func batch(_ filter: LogFilter, _ header: BlockHeader) -> LogBatch {
        var batch = LogBatch()
        LogWatch(filter).append(Self.receipts, of: header, to: &batch)
        return batch
    }

    @Test func wantedLogsComeWithTheirPlaces() throws {
        let header = try Self.block(Self.receipts)
        let batch = self.batch(LogFilter(addresses: [Self.contract]), header)
        #expect(batch.entries.map(\.logIndex) == [0, 2])
        #expect(batch.entries.map(\.transactionIndex) == [0, 1])
        #expect(batch.entries.map(\.transactionHash) == Self.names)
        #expect(batch.entries.allSatisfy { $0.block == header.ref })
        #expect(batch.entries.allSatisfy { $0.blockTimestamp == header.timestamp })
        #expect(batch.entries.map { batch.data(of: $0) } == [[1], [3]])
        #expect(self.batch(LogFilter(), header).count == 3)
        #expect(self.batch(LogFilter(topics0: [.zero]), header).isEmpty)
        #expect(LogWatch(LogFilter(addresses: [Self.other])).count(Self.receipts) == 1)
    }

    @Test func aHitWithoutALogIsUnanswered() throws {
        let header = try Self.block(Self.receipts)
        let both = LogWatch(LogFilter(addresses: [Self.contract, Self.other]))
        let logs = self.batch(both.filter, header)
        #expect(!both.isUnanswered(header.logsBloom, by: logs.entries[...]))
        #expect(both.isUnanswered(header.logsBloom, by: []))
        // Of `contract` there are two logs: the second is not seen to be missing.
        #expect(!both.isUnanswered(header.logsBloom, by: logs.entries[0...1]))
        #expect(both.isUnanswered(header.logsBloom, by: logs.entries[0...0]))
        let all = LogWatch(LogFilter())
        #expect(all.isUnanswered(header.logsBloom, by: []))
        #expect(!all.isUnanswered(LogsBloom(), by: []))
        let topics = LogWatch(LogFilter(topics0: [Self.topic, Hash256(words: 99, 9, 9, 9)]))
        #expect(topics.isUnanswered(header.logsBloom, by: []))
        #expect(!topics.isUnanswered(header.logsBloom, by: logs.entries[...]))
        let absent = LogWatch(LogFilter(addresses: [Address(words: 9, 9, 9)]))
        #expect(!absent.mayMatch(header.logsBloom))
    }

    @Test func logsAreHeldAgainstTheBloom() throws {
        let header = try Self.block(Self.receipts)
        let watch = LogWatch(LogFilter())
        var logs = self.batch(LogFilter(), header)
        try watch.check(logs.entries[...], of: header)
        logs.entries[1].address = Address(words: 9, 9, 9)
        #expect(
            self.reason { () throws(BlockDisproof) in
                try watch.check(logs.entries[...], of: header)
            } == .logNotInBloom)
        logs.entries[0].blockHash = .zero
        #expect(
            self.reason { () throws(BlockDisproof) in
                try watch.check(logs.entries[...], of: header)
            } == .logBlock)
    }

    @Test func comparisonCountsWhatIsMissingAndWhatIsInvented() throws {
        let header = try Self.block(Self.receipts)
        let proven = self.batch(LogFilter(), header)
        let same = LogComparison(given: proven.entries[...], in: proven, proven: proven)
        #expect(same.missing == 0 && same.invented == 0)
        let fewer = LogComparison(given: proven.entries[1...], in: proven, proven: proven)
        #expect(fewer.missing == 1 && fewer.invented == 0)
        var changed = proven
        changed.arena[0] = 9
        let other = LogComparison(given: changed.entries[...], in: changed, proven: proven)
        #expect(other.missing == 1 && other.invented == 1)
        let twice = proven.entries + proven.entries[0...0]
        let doubled = LogComparison(given: twice[...], in: proven, proven: proven)
        #expect(doubled.missing == 0 && doubled.invented == 1)
    }
}
