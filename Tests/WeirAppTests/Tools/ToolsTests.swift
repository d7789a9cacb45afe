// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainSimulator
import ConfigTree
import CurlTransport
import EVMPrimitives
import Economy
import HTTPFront
import MetricsRegistry
import SQLDatabase
import SimulatorServer
import Tabular
import Testing
import WeirPorts
import WeirStore

@testable import WeirApp

@Suite("doctor")
struct ToolsDoctorTests {
    /// Examines a simulated node and stops it, whatever happens.
    private func examine(
        faults: FaultPlan = .none, expecting chain: UInt64? = nil,
    ) async throws -> (diagnosis: EndpointDoctor.Diagnosis, chain: UInt64) {
        var parameters = SimulationParameters(seed: 5)
        parameters.actionsPerBlock = 2
        let server = try SimulatorServer(
            .init(parameters: parameters, faults: faults, prehistory: 100, interval: nil))
        let port = try await server.start()
        do {
            var patient = try EndpointDoctor.Patient(url: "http://127.0.0.1:\(port)/v3/canary")
            patient.expectedChain = chain
            let diagnosis = try await EndpointDoctor().examine([patient])
            await server.stop()
            return (diagnosis, parameters.chainID.rawValue)
        } catch {
            await server.stop()
            throw error
        }
    }

    private func result(_ check: String, in table: Table) -> Cell? {
        table.rows.first { $0[1] == .text(check) }?[2]
    }

    @Test func aNodeIsDescribedAndItsURLIsNot() async throws {
        let (diagnosis, chain) = try await self.examine()
        #expect(diagnosis.unreachable.isEmpty)
        #expect(self.result("chain id", in: diagnosis.table) == .text("\(chain)"))
        for check in ["latest", "safe", "finalized", "batches", "logs by block hash"] {
            let cell = self.result(check, in: diagnosis.table)
            #expect(cell != nil && cell != .text("none") && cell != .text("no"), "\(check)")
        }
        let everything = diagnosis.table.rendered(as: .json) + "\(diagnosis.findings)"
        #expect(!everything.contains("canary"))
    }

    @Test func anotherChainIsAFinding() async throws {
        let (diagnosis, chain) = try await self.examine(expecting: 99)
        #expect(chain != 99)
        #expect(diagnosis.findings.contains { $0.contains("says 99") })
        #expect(throws: ToolError.findings(count: diagnosis.findings.count)) {
            try diagnosis.check()
        }
    }

    @Test func aPortWithoutAListenerIsUnreachable() async throws {
        let patient = try EndpointDoctor.Patient(url: "http://127.0.0.1:1/v3/canary")
        let diagnosis = try await EndpointDoctor().examine([patient])
        #expect(diagnosis.unreachable.count == 1)
        #expect(!"\(diagnosis.unreachable)".contains("canary"))
        #expect(throws: ToolError.unreachable(count: 1)) { try diagnosis.check() }
    }
}

@Suite("status of an instance")
struct ToolsStatusTests {
    @Test func aDocumentBecomesARowForEachChain() throws {
        let text = """
            {"chains":[{"name":"a","id":1,"state":"following","up":true,"halted":null,
            "head":{"number":12},"processed":{"number":9}},
            {"name":"b","id":2,"state":"halted","up":false,"halted":"deep reorg","head":null}]}
            """
        let status = try InstanceStatus.read(Array(text.utf8), address: "x")
        #expect(status.table.rows.count == 2)
        #expect(
            status.table.rows[0] == [
                .text("a"), .number("1"), .text("following"), .number("12"), .number("9"),
                .number("3"), .text(""),
            ])
        #expect(status.table.rows[1][3] == .empty)
        #expect(status.table.rows[1][6] == .text("deep reorg"))
    }

    @Test(arguments: ["", "<html>", "[]", "{}", "{\"chains\":1}", "{\"chains\":[1"])
    func whatIsNoInstanceIsSaidSo(text: String) {
        #expect(throws: ToolError.self) {
            try InstanceStatus.read(Array(text.utf8), address: "x")
        }
    }

    @Test func numbersThatFitNothingAreLeftOut() throws {
        let text = "{\"chains\":[{\"id\":-1,\"head\":{\"number\":1e99},\"processed\":7},5]}"
        let status = try InstanceStatus.read(Array(text.utf8), address: "x")
        #expect(status.table.rows.count == 2)
        #expect(status.table.rows[0][1] == .empty)
        #expect(status.table.rows[0][3] == .empty)
    }
}

@Suite("exit status")
struct ToolsExitStatusTests {
    @Test func eachKindOfErrorHasItsCode() {
        let cases: [(any Error, WeirApp.ExitStatus)] = [
            (ToolError.usage("x"), .usage), (ToolError.declined, .usage),
            (ToolError.outputClosed, .ok), (ToolError.findings(count: 2), .findings),
            (ToolError.noStore(path: "x"), .store), (ToolError.refused("x"), .failure),
            (ToolError.noInstance(address: "x", reason: "y"), .unreachable),
            (ConfigDiagnostics([]), .configuration),
            (StoreError.outOfRange(1), .store), (SQLError.closed, .store),
            (ChainClientError.unreachable(endpoint: "x", cause: "y"), .unreachable),
            (ChainClientError.wrongChain(endpoint: "x", expected: 1, found: 2), .findings),
            (TransportError.couldNotConnect(host: "x"), .unreachable),
            (TransportError.invalidRequest(.urlScheme), .usage),
            (FollowerError.brokenWindow(chain: "base"), .configuration),
            (MetricsError.invalidAlias(name: "x"), .configuration),
            (EconomyError.unfitState(tracker: "events", key: "x"), .store),
            (HTTPFrontError.portInUse(.standard), .failure),
            (CancellationError(), .failure),
        ]
        for (error, status) in cases { #expect(WeirApp.ExitStatus(error) == status, "\(error)") }
        #expect(Set(WeirApp.ExitStatus.allCases.map(\.rawValue)) == Set(0...6))
    }
}
