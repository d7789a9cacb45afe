// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainProofs
import Testing

/// What samples of a chain come to.
@Suite struct LevelTrialTests {
    private typealias Sample = LevelTrial.Sample

    private static let good = Sample(header: true, receipts: true, bloom: .fits)
    private static let otherRoot = Sample(header: true, receipts: false, bloom: .fits)
    private static let omitted = Sample(header: true, receipts: false, bloom: .hasMore)
    private static let noBloom = Sample(header: true, receipts: true, bloom: .excludes)
    private static let otherHash = Sample(header: false, receipts: true, bloom: .fits)
    private static let bare = Sample(header: true)

    @Test func verdicts() {
        typealias Verdict = LevelTrial.Verdict
        let cases: [(VerificationLevel, [Sample], Verdict)] = [
            (.off, [], .proven),
            (.bloom, [], .undecided),
            (.receipts, [], .undecided),
            (.receipts, [Self.good], .proven),
            (.bloom, [Self.good], .proven),
            (.bloom, [Self.otherRoot], .proven),
            // Three must agree before anything is given up.
            (.receipts, [Self.otherRoot, Self.otherRoot], .undecided),
            (
                .receipts, [Self.otherRoot, Self.otherRoot, Self.otherRoot],
                .fallsBack(.bloom, .receiptsRoot)
            ),
            // One that fits is a proof, whatever the others say.
            (.receipts, [Self.otherRoot, Self.otherRoot, Self.otherRoot, Self.good], .proven),
            // A log left out is no other kind of chain.
            (.receipts, [Self.otherRoot, Self.otherRoot, Self.omitted], .undecided),
            (.receipts, [Self.omitted, Self.omitted, Self.omitted], .undecided),
            (.bloom, [Self.omitted, Self.omitted, Self.omitted], .undecided),
            (.receipts, [Self.otherHash, Self.otherHash], .undecided),
            (
                .receipts, [Self.otherHash, Self.otherHash, Self.otherHash],
                .fallsBack(.off, .blockHash)
            ),
            (.bloom, [Self.otherHash, Self.otherHash, Self.otherHash, Self.good], .proven),
            (
                .receipts, [Self.otherHash, Self.otherRoot, Self.otherRoot, Self.otherRoot],
                .undecided
            ),
            (
                .receipts, [Self.noBloom, Self.noBloom, Self.noBloom],
                .fallsBack(.off, .logsBloom)
            ),
            (.bloom, [Self.noBloom, Self.noBloom, Self.noBloom], .fallsBack(.off, .logsBloom)),
            (.receipts, [Self.bare, Self.bare, Self.bare], .undecided),
        ]
        for (index, (wanted, samples, expected)) in cases.enumerated() {
            #expect(
                LevelTrial.verdict(samples, wanted: wanted) == expected, "case \(index)")
        }
    }

    @Test func samplesAreTakenFromHeaderAndReceipts() throws {
        let receipts = BlockProofTests.receipts
        let header = try BlockProofTests.block(receipts)
        #expect(Sample(header, receipts) == Self.good)
        #expect(Sample(header, nil) == Self.bare)
        #expect(
            Sample(header, [receipts[0]]) == Sample(header: true, receipts: false, bloom: .fits))
        var short = receipts
        short[0].logs.removeLast()
        #expect(Sample(header, short) == Self.omitted)
        var changed = header
        changed.logsBloom = LogsBloom()
        #expect(
            Sample(changed, receipts) == Sample(header: false, receipts: true, bloom: .excludes))
    }
}
