// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import EVMRPC
import WeirPorts

/// One endpoint's report in words, and what in it hinders.
struct DoctorSheet {
    struct Row {
        var check: String
        var result: String
        var detail: String
    }

    /// A head older than this is a finding: no chain that is followed makes blocks so slowly.
    static let staleSeconds: Int64 = 600

    private let report: EndpointReport
    private let patient: EndpointDoctor.Patient
    private(set) var rows: [Row] = []
    private(set) var findings: [String] = []

    init(_ report: EndpointReport, _ patient: EndpointDoctor.Patient) {
        self.report = report
        self.patient = patient
    }

    mutating func fill() {
        self.chain()
        self.heads()
        self.ability("batches", self.report.batch, lack: nil)
        self.ability(
            "logs by block hash", self.report.logsByBlockHash,
            lack: "eth_getLogs takes no blockHash: logs are asked by number and checked")
        self.ability("block receipts", self.report.blockReceipts, lack: nil)
        self.ability("calls by block hash", self.report.callByBlockHash, lack: nil)
        self.limit()
        self.cost()
        if let latency = self.report.medianLatency {
            self.add("median latency", Self.milliseconds(latency))
        }
        self.add("requests made", "\(self.report.requests)")
    }

    private mutating func add(_ check: String, _ result: String, _ detail: String = "") {
        self.rows.append(Row(check: check, result: result, detail: detail))
    }

    private mutating func chain() {
        switch self.report.chainID {
        case .success(let id):
            var detail = ""
            if let expectedChain = self.patient.expectedChain, expectedChain != id.rawValue {
                detail = "the configuration says \(expectedChain)"
                self.findings.append(
                    "serves chain \(id), but the configuration says \(expectedChain); correct the "
                        + "endpoint or `id`")
            }
            self.add("chain id", "\(id)", detail)
        case .failure(let error): self.add("chain id", "failed", "\(error)")
        }
        switch self.report.clientVersion {
        case .success(let version): self.add("client", version)
        case .failure(let error): self.add("client", "unknown", "\(error)")
        }
    }

    private mutating func heads() {
        switch self.report.heads {
        case .failure(let error):
            self.add("head", "failed", "\(error)")
            self.findings.append("the head cannot be read: \(error)")
        case .success(let heads):
            for tag in HeadTag.allCases {
                guard let head = heads[tag] else {
                    self.add(tag.rawValue, "none", "the node does not know the tag")
                    if tag != .latest {
                        self.findings.append(
                            "no '\(tag.rawValue)' tag: set `finality:` to a number of blocks")
                    }
                    continue
                }
                self.add(tag.rawValue, "\(head.number)", "\(head.ageSeconds) s old")
                if tag == .latest, head.ageSeconds > Self.staleSeconds {
                    self.findings.append(
                        "the head is \(head.ageSeconds) s old: the node does not follow its chain")
                }
            }
        }
    }

    /// - Parameter lack: the finding where it is lacking; nil where Weir does as well without.
    private mutating func ability(
        _ check: String, _ ability: EndpointReport.Ability, lack: String?
    ) {
        switch ability {
        case .works: self.add(check, "yes")
        case .untried: self.add(check, "not tried", "there was no block to try it on")
        case .lacks(let error):
            self.add(check, "no", "\(error)")
            if let lack { self.findings.append(lack) }
        }
    }

    private mutating func limit() {
        guard let limit = self.report.logRange else { return }
        let check = "eth_getLogs range"
        switch limit.answer {
        case .atLeast(let blocks): self.add(check, "at least \(blocks)", "blocks")
        case .told(let blocks): self.add(check, "\(blocks)", "blocks, as the provider says")
        case .found(let taken, let refused):
            self.add(check, "\(taken)", "blocks; \(refused) were refused")
        case .none:
            self.add(check, "none", "not even one block")
            self.findings.append("eth_getLogs refuses even one block")
        case .unknown(let taken, let error):
            self.add(check, "\(taken) or more", "the search ended early: \(error)")
        }
    }

    private mutating func cost() {
        guard let block = self.report.blockMilliseconds else { return }
        let endpoint = self.patient.endpoint
        let cost = FollowingCost(
            blockMilliseconds: block, sync: self.patient.sync, verify: self.patient.verify,
            pricing: endpoint.pricing)
        self.add("block time", Self.seconds(cost.blockMilliseconds), "over the last blocks")
        self.add(
            "following, requests", "\(cost.requests) a day",
            "at most; \(cost.calls) calls, one look every \(Self.seconds(cost.pollMilliseconds))")
        self.add(
            "following, credits", "\(cost.credits) a day",
            endpoint.creditsPerDay.map { "of \($0)" }
                ?? "at the prices of \(endpoint.pricing.plan.rawValue)")
        if let perDay = endpoint.creditsPerDay, cost.credits > perDay {
            self.findings.append(
                "following costs up to \(cost.credits) credits a day, and the plan has \(perDay); "
                    + "set `poll.min` higher, or name another endpoint")
        }
    }

    private static func seconds(_ milliseconds: UInt64) -> String {
        "\(milliseconds / 1000).\(milliseconds % 1000 / 100) s"
    }

    private static func milliseconds(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let tenths = seconds &* 10_000 &+ attoseconds / 100_000_000_000_000
        return "\(tenths / 10).\(tenths % 10) ms"
    }
}
