// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMABI
import EVMPrimitives
import Foundation
import Testing
import WeirTestSupport

@testable import Economy

/// The jobs tracker on the ABIs of markets as they are.
@Suite("JobsTracker families")
struct JobsTrackerFamilyTests {
    static let client = Address(words: 1, 0, 0)
    static let host = Address(words: 2, 0, 0)
    static let usdc = Address(words: 6, 6, 6)

    static func contract(_ alias: String, _ number: UInt64, _ file: String) throws -> LabContract {
        let url = Vectors.projectRoot.appendingPathComponent("abis/\(file)")
        return LabContract(
            alias, at: Address(words: number, number, 0),
            abi: try JSONABI.parse([UInt8](Data(contentsOf: url))))
    }

    static let tokens = """
        tokens:
          ETH: { chain: lab }
          USDC: { chain: lab, address: "\(Self.usdc.lowercaseText)", decimals: 6 }
        """
    static let operators = "operators: { host: \"\(Self.host.lowercaseText)\" }"

    /// A word for `bytes32`.
    static func bytes32(_ number: UInt64) -> ABIValue { .bytes(U256(number).bigEndianBytes) }

    static func run(
        _ contracts: [LabContract], _ section: String, _ events: [Emit]
    ) throws -> TrackerLab {
        let lines = section.split(separator: "\n").map { "      \($0)" }.joined(separator: "\n")
        var lab = try TrackerLab(
            contracts, "\(Self.tokens)\ntrackers:\n  jobs:\n    m:\n\(lines)\n")
        try lab.commit(events)
        for reason in SkipReason.allCases {
            #expect(lab.skipped("jobs", "m", reason) == 0, "\(reason)")
        }
        return lab
    }

    @Test func demoMarket() throws {
        let lab = try Self.run(
            [Self.contract("Market", 1, "demo/JobMarketplace.json")],
            """
            token: ETH
            \(Self.operators)
            posted: { event: Market.JobPosted, job: jobId, client: renter, value: payment, model: modelId }
            deposited: { event: Market.JobPosted, job: jobId, amount: payment, payer: renter }
            claimed: { event: Market.JobClaimed, job: jobId, node: host }
            completed: { event: Market.JobCompleted, job: jobId, node: host }
            failed: { event: Market.JobFailed, job: jobId, node: host, reason: reason }
            released: { event: Market.PaymentReleased, job: jobId, amount: amount, payee: node, closes: { constant: true } }
            refunded: { event: Market.PaymentRefunded, job: jobId, amount: amount, payer: client }
            """,
            [
                Emit(
                    "Market.JobPosted",
                    [.uint(1), .address(Self.client), .text("llama"), .uint(U256.powerOfTen(18)!)]),
                Emit(
                    "Market.JobPosted", [.uint(2), .address(Self.client), .text("llama"), .uint(9)]),
                Emit("Market.JobClaimed", [.uint(1), .address(Self.host)]),
                Emit("Market.JobCompleted", [.uint(1), .address(Self.host), .text("Qm")]),
                Emit(
                    "Market.PaymentReleased",
                    [.uint(1), .address(Self.host), .uint(U256(900_000_000_000_000_000))]),
                Emit("Market.JobFailed", [.uint(2), .address(Self.host), .text("late")]),
                Emit("Market.PaymentRefunded", [.uint(2), .address(Self.client), .uint(9)]),
            ])
        #expect(lab.value("jobs", ["m", "completed", "llama"]) == 1)
        #expect(lab.value("jobs", ["m", "failed", "llama"]) == 1)
        #expect(lab.value("escrow_tokens", ["m", "ETH"]) == 0)
        #expect(lab.value("earnings_tokens_total", ["m", "ETH", "host"]) == 0.9)
        #expect(lab.value("job_fees_tokens_total", ["m", "ETH"]) == 0.1)
    }

    /// The older contracts of Fabstir: overloaded names, and an escrow that knows jobs by `bytes32`.
    @Test func fabstirWithEscrow() throws {
        let lab = try Self.run(
            [
                Self.contract("Market", 1, "fabstir/JobMarketplace.json"),
                Self.contract("Escrow", 2, "fabstir/PaymentEscrow.json"),
                Self.contract("Splitter", 3, "fabstir/PaymentSplitter.json"),
            ],
            """
            token: ETH
            \(Self.operators)
            posted:
              - { event: "Market.JobPosted(uint256,address,string,uint256)", job: jobId, client: renter, value: payment, model: modelId }
              - { event: Market.JobCreatedWithToken, job: jobId, client: renter, value: paymentAmount, token: paymentToken }
            deposited: { event: Escrow.EscrowCreated, job: jobId, payer: renter, amount: amount, token: token }
            claimed: { event: Market.JobClaimed, job: jobId, node: host }
            completed:
              - { event: "Market.JobCompleted(uint256,address,string)", job: jobId, node: host }
              - { event: "Market.JobCompleted(uint256,string)", job: jobId }
            disputed: { event: Escrow.EscrowDisputed, job: jobId }
            resolved: { event: Market.DisputeResolved, job: jobId, for_client: favorClient }
            released:
              - { event: Escrow.EscrowReleased, job: jobId, amount: amount, fee: fee }
              - { event: Splitter.PaymentSplit, job: jobId, token: token, amount: hostAmount, gross: totalAmount }
            refunded: { event: Escrow.EscrowRefunded, job: jobId }
            """,
            [
                Emit(
                    "Market.JobPosted(uint256,address,string,uint256)",
                    [.uint(1), .address(Self.client), .text("llama"), .uint(100)]),
                Emit(
                    "Market.JobCreatedWithToken",
                    [
                        Self.bytes32(2), .address(Self.client), .address(Self.usdc),
                        .uint(3_000_000),
                    ]),
                Emit(
                    "Escrow.EscrowCreated",
                    [
                        Self.bytes32(2), .address(Self.client), .address(Self.host),
                        .uint(3_000_000), .address(Self.usdc),
                    ]),
                Emit(
                    "Escrow.EscrowCreated",
                    [
                        Self.bytes32(1), .address(Self.client), .address(Self.host), .uint(100),
                        .address(.zero),
                    ]),
                Emit("Market.JobClaimed", [.uint(1), .address(Self.host)]),
                Emit("Market.JobClaimed", [.uint(2), .address(Self.host)]),
                Emit(
                    "Market.JobCompleted(uint256,address,string)",
                    [.uint(1), .address(Self.host), .text("Qm")]),
                Emit("Market.JobCompleted(uint256,string)", [.uint(2), .text("Qm")]),
                Emit("Escrow.EscrowDisputed", [Self.bytes32(2), .address(Self.client)]),
                Emit("Market.DisputeResolved", [.uint(2), .bool(false)]),
                Emit("Escrow.EscrowReleased", [Self.bytes32(2), .uint(2_000_000), .uint(250_000)]),
                Emit("Escrow.EscrowRefunded", [Self.bytes32(2)]),
                Emit(
                    "Splitter.PaymentSplit",
                    [.uint(1), .address(.zero), .uint(100), .uint(85), .uint(10), .uint(5)]),
            ])
        #expect(lab.value("jobs", ["m", "completed", "llama"]) == 1)
        #expect(lab.value("jobs", ["m", "completed", "other"]) == 1)
        #expect(lab.value("jobs_total", ["m", "completed", "other"]) == 1)
        #expect(lab.value("escrow_tokens", ["m", "USDC"]) == 0)
        #expect(lab.value("escrow_tokens", ["m", "ETH"]) == 0)
        #expect(lab.value("escrow_refunds_tokens_total", ["m", "USDC"]) == 0.75)
        #expect(lab.value("earnings_tokens_total", ["m", "USDC", "host"]) == 2)
        #expect(lab.value("earnings_tokens_total", ["m", "ETH", "host"]) == 85e-18)
        #expect(lab.value("job_fees_tokens_total", ["m", "ETH"]) == 15e-18)
        #expect(lab.value("job_fees_tokens_total", ["m", "USDC"]) == 0.25)
    }

    /// The contracts of Fabstir as they are: sessions that are posted, claimed and paid for at once,
    /// and whose last event tells both shares.
    @Test func fabstirSessions() throws {
        let lab = try Self.run(
            [
                Self.contract("Market", 1, "fabstir/current/JobMarketplaceWithModels.json"),
                Self.contract("Earnings", 2, "fabstir/current/HostEarnings.json"),
            ],
            """
            token: ETH
            \(Self.operators)
            models: { tiny: "0x0000000000000000000000000000000000000000000000000000000000000005" }
            posted: { event: Market.SessionJobCreatedForModel, job: jobId, client: depositor, node: host, value: deposit, model: modelId }
            deposited: { event: Market.SessionJobCreatedForModel, job: jobId, payer: depositor, amount: deposit }
            completed: { event: Market.SessionCompleted, job: jobId }
            expired: { event: Market.SessionTimedOut, job: jobId }
            released:
              - { event: Market.SessionCompleted, job: jobId, amount: hostEarnings }
              - { event: Market.SessionTimedOut, job: jobId, amount: hostEarnings }
            refunded:
              - { event: Market.SessionCompleted, job: jobId, amount: userRefund, closes: { constant: true } }
              - { event: Market.SessionTimedOut, job: jobId, amount: userRefund, closes: { constant: true } }
            """,
            [
                Emit(
                    "Market.SessionJobCreatedForModel",
                    [
                        .uint(1), .address(Self.client), .address(Self.host), Self.bytes32(5),
                        .uint(1_000),
                    ]),
                Emit(
                    "Market.SessionJobCreatedForModel",
                    [
                        .uint(2), .address(Self.client), .address(Self.host), Self.bytes32(6),
                        .uint(500),
                    ]),
                Emit("Market.SessionCompleted", [.uint(1), .uint(77), .uint(700), .uint(250)]),
                Emit("Market.SessionTimedOut", [.uint(2), .uint(100), .uint(390)]),
            ])
        #expect(lab.value("jobs", ["m", "completed", "tiny"]) == 1)
        #expect(lab.value("jobs", ["m", "expired", "other"]) == 1)
        #expect(lab.value("escrow_tokens", ["m", "ETH"]) == 0)
        #expect(lab.value("earnings_tokens_total", ["m", "ETH", "host"]) == 800e-18)
        #expect(lab.value("escrow_refunds_tokens_total", ["m", "ETH"]) == 640e-18)
        #expect(lab.value("job_fees_tokens_total", ["m", "ETH"]) == 60e-18)
        #expect(lab.value("operator_jobs_total", ["m", "host", "completed"]) == 1)
    }

    @Test(
        arguments: [
            (
                "Earnings", "fabstir/current/HostEarnings.json",
                "{ event: Earnings.EarningsCredited, payee: host, token: token }",
                Emit(
                    "Earnings.EarningsCredited",
                    [.address(Self.host), .address(Self.usdc), .uint(5_000_000), .uint(9)]),
                "USDC", 5.0, nil
            ),
            (
                "Broker", "channels/livepeer-ticket-broker.json",
                "{ event: Broker.WinningTicketRedeemed, amount: faceValue, payee: recipient, "
                    + "payer: sender, token: { constant: \"0x0000000000000000000000000000000000000000\" } }",
                Emit(
                    "Broker.WinningTicketRedeemed",
                    [
                        .address(Self.client), .address(Self.host), .uint(70), .uint(1), .uint(2),
                        .uint(3), .bytes([1]),
                    ]),
                "ETH", 70e-18, nil
            ),
            (
                "Payments", "channels/the-graph-payments.json",
                "{ event: Payments.GraphPaymentCollected, amount: tokensReceiver, gross: tokens, "
                    + "payee: receiver, payer: payer, token: { constant: \"\(Self.usdc.lowercaseText)\" } }",
                Emit(
                    "Payments.GraphPaymentCollected",
                    [
                        .uint(0), .address(Self.client), .address(Self.host), .address(Self.client),
                        .uint(1_000_000), .uint(10_000), .uint(20_000), .uint(0), .uint(970_000),
                        .address(.zero),
                    ]),
                "USDC", 0.97, 0.03
            ),
        ] as [(String, String, String, Emit, String, Double, Double?)])
    func earningsWithoutJobs(
        alias: String, file: String, role: String, event: Emit, token: String, earned: Double,
        fee: Double?
    ) throws {
        let lab = try Self.run(
            [Self.contract(alias, 1, file)], "\(Self.operators)\nearned: \(role)", [event])
        #expect(lab.value("earnings_tokens_total", ["m", token, "host"]) == earned)
        #expect(lab.value("job_fees_tokens_total", ["m", token]) == fee)
    }
}
