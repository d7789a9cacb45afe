// Weir
// SPDX-License-Identifier: Apache-2.0

import Testing
import WeirPorts

@testable import EVMRPC

/// Every provider message of the error table, and what has to follow from it.
@Suite struct RangeAdviceTests {
    typealias Row = (message: String, asked: UInt64, hint: ChainClientError.RangeHint?)

    static let rows: [Row] = [
        // Alchemy
        (
            "Log response size exceeded. You can make eth_getLogs requests with up to a 2K block "
                + "range and no limit on the response size, or you can request any block range with "
                + "a cap of 10K logs in the response. Based on your parameters and the response size "
                + "limit, this block range should work: [0x64, 0x834]", 10_000, .range(100, 2100)
        ),
        (
            "Under the Free tier plan, you can make eth_getLogs requests with up to a 10 block "
                + "range. Based on your parameters, this block range should work: [0x64, 0x6d]",
            10_000, .range(100, 109)
        ),
        ("this block range should work: [0x834, 0x64]", 10_000, .range(100, 2100)),
        ("eth_getLogs with up to a 10 block range", 10_000, .blocks(10)),
        // Infura, thirdweb, zkSync, Tenderly
        (
            "query returned more than 10000 results. Try with this block range [0x64, 0xC8].",
            10_000, .range(100, 200)
        ),
        ("query returned more than 10000 results", 10_000, .halve),
        ("Maximum allowed number of requested blocks is 1000", 10_000, .blocks(1000)),
        // QuickNode, 1RPC, Blast, zkEVM
        ("eth_getLogs is limited to a 10,000 range", 50_000, .blocks(10_000)),
        ("eth_getLogs is limited to a 5 range", 50_000, .blocks(5)),
        ("eth_getLogs is limited to 0 - 10000 blocks range", 50_000, .blocks(10_000)),
        ("limited to 1024 block range", 50_000, .blocks(1024)),
        ("exceeds the range allowed for your plan (50000 > 10000)", 50_000, .blocks(10_000)),
        ("block range is too wide", 50_000, .blocks(3000)),
        ("block range is too wide", 3000, .halve),
        // Avalanche, Cloudflare, Coinbase
        (
            "requested too many blocks from 1 to 50000, maximum is set to 2048", 50_000,
            .blocks(2047)
        ),
        ("Max range: 800", 50_000, .blocks(799)),
        ("please limit the query to at most 1000 blocks", 50_000, .blocks(999)),
        // Chainstack
        ("Block range limit exceeded. See more details at the docs.", 50_000, .blocks(10_000)),
        ("Block range limit exceeded.", 5000, .blocks(100)),
        ("Block range limit exceeded.", 80, .halve),
        // PublicNode, BSC, Arbitrum
        ("maximum block range: 50000", 60_000, .blocks(50_000)),
        ("exceed maximum block range: 50000", 60_000, .blocks(50_000)),
        // reth
        ("query exceeds max block range 100000", 200_000, .blocks(100_000)),
        (
            "query exceeds max results 20000, retry with the range 100-355", 10_000,
            .range(100, 355)
        ),
        ("query exceeds max results 20000", 10_000, .halve),
        // Nethermind, Erigon, Arbitrum
        ("Too many logs requested. Max logs per response is 20000.", 50_000, .halve),
        ("query returns too many logs, narrow your filter: 20000", 50_000, .halve),
        ("logs matched by query exceeds limit of 10000", 50_000, .halve),
        // Base, Monad, Optimism
        ("block range too large", 50_000, .blocks(2000)),
        ("block range too large", 1000, .halve),
        ("no backend is currently healthy to serve traffic", 50_000, .blocks(2000)),
        ("Block range is too large", 50_000, .halve),
        ("backend response too large", 50_000, .halve),
        // Merkle, dRPC
        ("eth_getLogs range is too large, max is 1k blocks", 50_000, .blocks(1000)),
        ("eth_getLogs range is too large, max is 1k/10k blocks", 50_000, .blocks(1000)),
        ("eth_getLogs range is too large, max is 10k blocks", 50_000, .blocks(10_000)),
        ("ranges over 10000 blocks are not supported on freetier", 50_000, .blocks(10_000)),
        // Moonriver, Aurora, Harmony, Hyperliquid, Swell, Somnia, Tron, TAC
        ("block range is too wide (maximum 1024)", 50_000, .blocks(1024)),
        ("you can make requests with up to a 2K block range", 50_000, .blocks(2000)),
        ("query must be smaller than size 1024", 50_000, .blocks(1024)),
        ("query exceeds max block range 1000", 50_000, .blocks(1000)),
        ("invalid block range: greater than 10000 max", 50_000, .blocks(10_000)),
        ("block range exceeds 1000", 50_000, .blocks(1000)),
        ("exceed max block range: 5000", 50_000, .blocks(4999)),
        ("maximum [from, to] blocks distance: 2000", 50_000, .blocks(2000)),
        ("response size should not greater than 10485760 bytes", 50_000, .halve),
        // Not in the table, but clear.
        ("the block range you asked for exceeds our limit 777", 50_000, .blocks(777)),
        ("your range is far too big", 50_000, .halve),
        // Hints that help nobody.
        ("eth_getLogs is limited to a 10,000 range", 10_000, .halve),
        ("eth_getLogs is limited to a 10,000 range", 500, .halve),
        ("eth_getLogs is limited to a 0 range", 500, .halve),
        ("this block range should work: [0x0, 0xffffffff]", 500, .halve),
        ("this block range should work: [0x64, 0xffffffffffffffffffff]", 500, .halve),
        ("this block range should work: [0x1, 0x2]", 500, .halve),
        ("this block range should work: [0x96, 0xc8]", 500, .blocks(51)),
        // Not about the range.
        ("execution reverted", 500, nil),
        ("invalid block range params", 500, nil),
        ("", 500, nil),
    ]

    @Test(arguments: rows.indices)
    func tellsWhatTheProviderWouldAccept(row: Int) {
        let (message, asked, hint) = Self.rows[row]
        let range: ClosedRange<UInt64> = 100...(100 + asked - 1)
        #expect(RangeAdvice.hint(in: message.lowercased(), asked: range) == hint, "\(message)")
    }

    @Test func hintsAreAlwaysSmallerThanWhatWasAsked() {
        for row in Self.rows {
            for asked: ClosedRange<UInt64> in [0...0, 5...6, 0...(.max), (.max - 3)...(.max)] {
                switch RangeAdvice.hint(in: row.message.lowercased(), asked: asked) {
                case .blocks(let blocks)?:
                    #expect(blocks > 0 && blocks - 1 < asked.upperBound - asked.lowerBound)
                case .range(let from, let to)?:
                    #expect(from <= to && asked.contains(from) && asked.contains(to))
                    #expect(to - from < asked.upperBound - asked.lowerBound)
                case .halve?, nil: break
                }
            }
        }
    }

    @Test func readsNumbersAsProvidersWriteThem() {
        func numbers(_ text: String, grouped: Bool = true) -> [UInt64] {
            MessageNumber.all(in: Array(text.utf8)[...], grouped: grouped)
        }
        #expect(numbers("10,000 and 1,234,567.") == [10_000, 1_234_567])
        #expect(numbers("[100,200]", grouped: false) == [100, 200])
        #expect(numbers("0x64, 0xC8; 10k; 2m, 3max") == [100, 200, 10_000, 2_000_000, 3])
        #expect(numbers("99999999999999999999999") == [.max])
        #expect(numbers("0x") == [0])
        #expect(numbers("1,23 4,5678") == [1, 23, 4, 5678])
        #expect(numbers("none") == [])
    }
}
