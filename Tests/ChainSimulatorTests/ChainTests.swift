// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainProofs
import ChainSimulator
import EVMABI
import EVMPrimitives
import Foundation
import Testing
import WeirTestSupport

/// A chain of some blocks, reorganizations as the script has them.
func chain(
    seed: UInt64 = 7, steps: Int = 120, forks: ForkScript = ForkScript(frequency: 0.1)
) throws -> SimulatedChain {
    var parameters = SimulationParameters(seed: seed)
    parameters.forks = forks
    var chain = try SimulatedChain(parameters)
    for _ in 0..<steps { try chain.advance() }
    return chain
}

@Suite("Simulated chain")
struct ChainTests {
    @Test(arguments: [1, 7, 99] as [UInt64])
    func everyBlockProvesItself(seed: UInt64) throws {
        let chain = try chain(seed: seed)
        var types: Set<UInt8> = []
        var parent: BlockHeader?
        for number in 0...chain.headNumber {
            let block = try #require(chain.block(number: number))
            var verdict = BlockVerdict()
            verdict.check(block.header)
            verdict.check(block.transactions, of: block.header)
            verdict.check([Withdrawal](), of: block.header)
            verdict.check(block.receipts, of: block.header)
            #expect(verdict.isProven, "seed \(seed) block \(number): \(verdict.failures)")
            if let parent {
                #expect(block.header.parentHash == parent.hash)
                #expect(block.header.timestamp > parent.timestamp)
            }
            #expect(block.header.gasUsed <= block.header.gasLimit)
            for transaction in block.transactions {
                try TransactionRules.check(transaction, chainID: 424_242)
                types.insert(transaction.type)
            }
            parent = block.header
        }
        #expect(types == [0, 1, 2])
    }

    @Test func noncesCountUpAndFeesFollowTheBaseFee() throws {
        let chain = try chain()
        var nonces: [Address: UInt64] = [:]
        for number in 0...chain.headNumber {
            let block = try #require(chain.block(number: number))
            for (transaction, receipt) in zip(block.transactions, block.receipts) {
                let first: UInt64 = transaction.from == SimulatedAccounts.deployer ? 6 : 0
                #expect(transaction.nonce == nonces[transaction.from] ?? first)
                nonces[transaction.from] = transaction.nonce + 1
                let price = try #require(receipt.effectiveGasPrice)
                let base = try #require(block.header.baseFeePerGas)
                #expect(price >= base)
                #expect(price <= transaction.maxFeePerGas ?? transaction.gasPrice ?? .zero)
                #expect(receipt.gasUsed <= transaction.gasLimit)
            }
        }
    }

    @Test func baseFeeMovesByAnEighthAtMostAndStaysPlausible() throws {
        let chain = try chain(steps: 300, forks: .none)
        var last = U256(15_000_000_000)
        for number in 0...chain.headNumber {
            let fee = try #require(chain.block(number: number)?.header.baseFeePerGas)
            let step = last.dividedBySmall(8).quotient
            #expect(try fee <= #require(last.adding(step)?.adding(1)))
            #expect(try fee >= #require(last.subtracting(step)?.subtracting(1)))
            #expect(fee > 1_000_000_000 && fee < 500_000_000_000, "block \(number): \(fee)")
            last = fee
        }
    }

    @Test func theEconomyUsesEveryEventAndFails() throws {
        let chain = try chain(seed: 3, steps: 1_200, forks: .none)
        let truth = try #require(SimulatedTruth(chain))
        for contract in SimulatedContract.allCases {
            for event in contract.abi.events {
                #expect(
                    truth.counts["\(contract.alias).\(event.name)", default: 0] > 0,
                    "\(contract.alias).\(event.name)")
            }
        }
        #expect(truth.failedTransactions > 10)
        #expect(truth.transactions > 3_600)
        #expect(truth.proposals[.executed, default: 0] > 0)
        let blocks = (1...chain.headNumber).compactMap { chain.block(number: $0) }
        #expect(blocks.contains { $0.transactions.isEmpty })
        #expect(blocks.contains { $0.transactions.contains { $0.input.isEmpty } })
        for receipt in blocks.flatMap(\.receipts) where receipt.outcome == .status(false) {
            #expect(receipt.logs.isEmpty)
        }
    }

    @Test func abiFilesDeclareWhatTheContractsEmitAndAnswer() throws {
        for contract in SimulatedContract.allCases {
            let url = Vectors.projectRoot.appendingPathComponent(contract.abiFile)
            let file = try JSONABI.parse([UInt8](Data(contentsOf: url)))
            #expect(Set(file.events) == Set(contract.abi.events), "\(contract.alias)")
            #expect(Set(file.functions) == Set(contract.abi.functions), "\(contract.alias)")
            let names = file.events.map(\.name) + file.functions.map(\.name)
            #expect(Set(names).count == names.count, "overloads in \(contract.alias)")
        }
    }

    @Test func logsDecodeToTheArgumentsThatWereEmitted() throws {
        let chain = try chain(seed: 3, steps: 200)
        var count = 0
        for number in 0...chain.headNumber {
            let block = try #require(chain.block(number: number))
            for (log, event) in zip(block.logs, block.events.joined()) {
                let decoded = try EventLayout(event.event).decode(
                    topics: log.log.topics, data: log.log.data, rules: .strict)
                #expect(decoded == event.values, "\(event.name)")
                #expect(log.log.address == event.contract.address)
                count += 1
            }
            #expect(block.logs.map(\.logIndex) == Array(0..<block.logs.count))
        }
        #expect(count > 500)
    }

    @Test func contractAddressesDoNotDependOnTheSeed() {
        #expect(
            SimulatedContract.allCases.map { $0.address }
                == (0..<6).map {
                    ContractAddress.create(sender: SimulatedAccounts.deployer, nonce: $0)
                })
        #expect(Set(SimulatedAccounts.addresses).count == SimulatedAccounts.count)
    }

    @Test func absurdParametersAreBroughtIntoRange() throws {
        var parameters = SimulationParameters(seed: .max)
        parameters.blockTime = .max
        parameters.actionsPerBlock = .infinity
        parameters.genesisTime = BlockTime(.max)
        parameters.finalityLag = .max
        parameters.safeLag = .max
        parameters.orphanRetention = 0
        parameters.stateRetention = 0
        parameters.forks = ForkScript(
            frequency: 1, maximumDepth: .max, deepening: 2, repetition: .nan)
        var chain = try SimulatedChain(parameters)
        for _ in 0..<5 { _ = try? chain.advance() }
        #expect(chain.headNumber > 0)
    }
}
