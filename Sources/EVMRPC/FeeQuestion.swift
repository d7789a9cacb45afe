// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import WeirPorts

/// The fees of blocks whose headers are known: which calls bring what no header says, and what the
/// answers are worth.
///
/// What does not come, or is of another block, is left out: a tip that is not known holds nobody up.
struct FeeQuestion: Sendable {
    /// The most blocks of one `eth_feeHistory`.
    private static let blocksPerCall = 128
    /// Arbitrum's headers state 2⁵⁰, and what its `gasUsedRatio` is a share of is something else.
    private static let realGasLimitMax: UInt64 = 1 << 40

    private let headers: [BlockHeader]
    private let percentiles: [Double]
    private let isHead: Bool
    /// Which headers each call is about.
    private var runs: [Range<Int>] = []
    let calls: [RPCCall]
    private(set) var fees: [BlockFees]
    /// Headers whose tips were wanted and did not come.
    private(set) var withoutTips: [Int] = []

    /// - Parameter isHead: the last header is the chain's newest: what gas is advised to cost now is
    ///   its price.
    init(_ headers: [BlockHeader], percentiles: [Double], isHead: Bool) {
        self.headers = headers
        self.percentiles = percentiles
        self.isHead = isHead
        self.fees = headers.map {
            BlockFees(gasUsed: $0.gasUsed, gasLimit: $0.gasLimit, baseFeeWei: $0.baseFeePerGas)
        }
        var calls: [RPCCall] = []
        var start = 0
        while start < headers.count {
            var end = start + 1
            while end < headers.count, end - start < Self.blocksPerCall,
                headers[end].number == headers[end - 1].number.next
            {
                end += 1
            }
            let run = start..<end
            start = end
            // Blob fees stand in no header: the fork's fraction would have to be known.
            guard !percentiles.isEmpty || headers[run].contains(where: { $0.excessBlobGas != nil })
            else { continue }
            self.runs.append(run)
            calls.append(
                .feeHistory(
                    blocks: UInt64(run.count), upTo: .number(headers[end - 1].number),
                    percentiles: percentiles))
        }
        if isHead, !headers.isEmpty { calls.append(.gasPrice) }
        self.calls = calls
    }

    /// Takes in what came of the calls.
    ///
    /// - Throws: what concerns the endpoint and not the question.
    mutating func take(
        _ outcomes: ArraySlice<Result<RPCValue, ChainClientError>>
    ) throws(ChainClientError) {
        var rest = outcomes
        for run in self.runs {
            let history = try Self.value(rest.popFirst())
            if case .fees(let history)? = history, self.isOf(run, history) {
                self.note(history, run)
            } else if !self.percentiles.isEmpty {
                self.withoutTips += run
            }
        }
        if self.isHead, case .word(let price)? = try Self.value(rest.popFirst()) {
            self.fees[self.fees.count - 1].gasPriceWei = price
        }
    }

    private static func value(
        _ outcome: Result<RPCValue, ChainClientError>?
    ) throws(ChainClientError) -> RPCValue? {
        switch outcome {
        case .success(let value)?: return value
        case .failure(.behind)?, .failure(.unsupported)?, .failure(.serverError)?,
            .failure(.denied)?, nil:
            return nil
        case .failure(let error)?: throw error
        }
    }

    /// Whether a history is of these very blocks: it is asked for by number, so what it says of them
    /// is compared with their headers.
    private func isOf(_ run: Range<Int>, _ history: FeeHistory) -> Bool {
        guard let first = run.first, history.oldestBlock == self.headers[first].number,
            history.baseFeePerGas.count >= run.count, history.gasUsedRatio.count == run.count
        else { return false }
        if !self.percentiles.isEmpty {
            guard history.rewards.count == run.count,
                history.rewards.allSatisfy({ $0.count == self.percentiles.count })
            else { return false }
        }
        for (place, index) in run.enumerated() {
            let header = self.headers[index]
            if let fee = header.baseFeePerGas, fee != history.baseFeePerGas[place] { return false }
            guard header.gasLimit > 0, header.gasLimit < Self.realGasLimitMax else { continue }
            let ratio = Double(header.gasUsed) / Double(header.gasLimit)
            guard abs(history.gasUsedRatio[place] - ratio) < 1e-6 else { return false }
        }
        return true
    }

    private mutating func note(_ history: FeeHistory, _ run: Range<Int>) {
        for (place, index) in run.enumerated() {
            if !self.percentiles.isEmpty { self.fees[index].tipsWei = history.rewards[place] }
            if self.headers[index].excessBlobGas != nil, place < history.baseFeePerBlobGas.count {
                self.fees[index].blobBaseFeeWei = history.baseFeePerBlobGas[place]
            }
        }
    }
}
