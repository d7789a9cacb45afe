// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainSync
import EVMPrimitives
import JSONBytes
import Tabular
import Testing
import WeirPorts

@testable import EVMRPC
@testable import WeirApp

/// What following costs, and what a running instance tells of its endpoints.
@Suite("credits of endpoints")
struct ToolsCreditTests {
    @Test func followingCostsOneRequestABlock() throws {
        func cost(
            _ milliseconds: UInt64, _ sync: SyncConfiguration = SyncConfiguration(),
            _ verify: VerificationLevel = .bloom, _ pricing: CreditPricing = CreditPricing(.infura)
        ) -> FollowingCost {
            FollowingCost(
                blockMilliseconds: milliseconds, sync: sync, verify: verify, pricing: pricing)
        }
        // Two-second blocks at Infura: 43,200 looks for two tags, a block and its logs.
        let two = cost(2000)
        #expect(two.pollMilliseconds == 2000)
        #expect(two.requests == 43_200 && two.calls == 172_800)
        #expect(two.credits == 43_200 * (3 * 80 + 255))
        #expect(cost(2000, SyncConfiguration(), .receipts).credits == 43_200 * (3 * 80 + 1000))
        // Blocks of a quarter of a second, looked at every twelve: blocks still cost.
        var sync = SyncConfiguration(finality: .depth(64))
        sync.pollMin = 12_000
        sync.pollMax = 12_000
        let slow = cost(250, sync, .off, CreditPricing())
        #expect(slow.requests == 345_600 && slow.calls == 7_200 * 3 + 338_400 * 3)
        let hostile = cost(0, sync, .off, CreditPricing(.flat, overrides: ["eth_getLogs": .max]))
        #expect(hostile.credits == .max && hostile.blockMilliseconds == 1)
    }

    @Test func theDoctorTellsTheCostAndWarnsOfAPlanThatIsTooSmall() throws {
        var report = EndpointReport(
            endpoint: "node", chainID: .success(ChainID(7)), clientVersion: .success("x"),
            networkVersion: .success("7"), heads: .success([:]), batch: .works,
            blockReceipts: .untried, logsByBlockHash: .works, callByBlockHash: .works,
            logRange: nil, medianLatency: nil, blockMilliseconds: 2000, requests: 1)
        func sheet(_ perDay: UInt64?) throws -> DoctorSheet {
            var sheet = DoctorSheet(
                report,
                EndpointDoctor.Patient(
                    endpoint: try RPCEndpoint(
                        url: "https://x.infura.io/v3/k", creditsPerDay: perDay)))
            sheet.fill()
            return sheet
        }
        func row(_ sheet: DoctorSheet, _ check: String) -> DoctorSheet.Row? {
            sheet.rows.first { $0.check == check }
        }
        let small = try sheet(3_000_000)
        #expect(row(small, "following, credits")?.result == "21384000 a day")
        #expect(row(small, "following, credits")?.detail == "of 3000000")
        #expect(row(small, "following, requests")?.result == "43200 a day")
        #expect(row(small, "block time")?.result == "2.0 s")
        #expect(small.findings.contains { $0.contains("the plan has 3000000") })
        let large = try sheet(30_000_000)
        #expect(!large.findings.contains { $0.contains("the plan has") })
        let open = try sheet(nil)
        #expect(row(open, "following, credits")?.detail == "at the prices of infura")
        report.blockMilliseconds = nil
        #expect(row(try sheet(nil), "following, credits") == nil)
    }

    @Test func theStatusDocumentTellsOfEndpointsWhatTheCommandShows() throws {
        func health(
            _ name: String, ready: Bool, failures: Int = 0, rest: Duration?,
            _ credits: CreditForecast
        )
            -> EndpointPool.Health
        {
            EndpointPool.Health(
                endpoint: name, isReady: ready, failures: ready ? failures : 3,
                reason: ready ? nil : "unreachable", weight: 2, rest: rest,
                rangeLimit: ready ? 10_000 : nil, credits: credits, isOutOfCredits: false)
        }
        let busy = CreditForecast(
            used: 500, perDay: 1000, paceCredits: 100, paceSeconds: 3600, secondsLeft: 36_000)
        let idle = CreditForecast(
            used: 7, perDay: nil, paceCredits: 0, paceSeconds: 60, secondsLeft: 36_000)
        let document = StatusDocument(
            version: "x", uptime: .seconds(5),
            chains: [
                (
                    ChainStatus(
                        name: "base", id: ChainID(8453), phase: "following", isUp: true,
                        haltReason: nil, latest: nil, safe: nil, finalized: nil, settled: nil,
                        processed: nil, reorgs: 0, events: 0, revertedEvents: 0),
                    [
                        health("paid", ready: true, rest: nil, busy),
                        health("down", ready: false, rest: .milliseconds(1500), idle),
                        health("back", ready: true, failures: 2, rest: nil, idle),
                    ]
                )
            ])
        let json = try JSONValue(parsing: document.json)
        let paid = json["chains"]?[0]?["endpoints"]?[0]
        #expect(paid?["credits"]?["usedToday"]?.uint64 == 500)
        #expect(paid?["credits"]?["forecastToday"]?.uint64 == 1000)
        #expect(paid?["credits"]?["secondsUntilSpent"]?.uint64 == 18_000)
        #expect(paid?["weight"]?.uint64 == 2 && paid?["logRangeBlocks"]?.uint64 == 10_000)
        let status = try InstanceStatus.read(document.json, address: "x")
        #expect(
            status.endpoints.rows == [
                [
                    .text("base"), .text("paid"), .text("ready"), .number("10000"),
                    .number("500"), .number("1000"), .number("1000"),
                    .text("credits last for 5 h 0 min"),
                ],
                [
                    .text("base"), .text("down"), .text("rests"), .empty, .number("7"),
                    .number("7"), .empty, .text("asked again in 2 s; last error: unreachable"),
                ],
                [
                    .text("base"), .text("back"), .text("to be tried"), .number("10000"),
                    .number("7"), .number("7"), .empty, .text(""),
                ],
            ])
        // An instance of an earlier version tells nothing of that: the cells stay empty.
        let old = try InstanceStatus.read(
            Array(#"{"chains":[{"name":"a","endpoints":[{"name":"n","ready":true},5]}]}"#.utf8),
            address: "x")
        #expect(old.endpoints.rows.count == 2 && old.endpoints.rows[0][4] == .empty)
    }
}
