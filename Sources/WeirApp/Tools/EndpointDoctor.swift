// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
package import ChainSync
import CurlTransport
import EVMPrimitives
package import EVMRPC
package import Tabular
import WeirPorts

/// `weir doctor`: what endpoints can do, and what of it hinders following a chain.
package struct EndpointDoctor: Sendable {
    /// An endpoint and what is expected of it.
    package struct Patient: Sendable {
        package var endpoint: RPCEndpoint
        /// The chain's identifier by the configuration; nil where none is expected.
        package var expectedChain: UInt64?
        /// How the chain is followed, for what that costs.
        package var sync: SyncConfiguration
        package var verify: VerificationLevel

        package init(
            endpoint: RPCEndpoint, expectedChain: UInt64? = nil,
            sync: SyncConfiguration = SyncConfiguration(
                follow: .tag(.latest), finality: .tag(.finalized)),
            verify: VerificationLevel = .bloom
        ) {
            self.endpoint = endpoint
            self.expectedChain = expectedChain
            self.sync = sync
            self.verify = verify
        }

        /// An endpoint by its URL alone, a secret.
        package init(url: String) throws(ToolError) {
            do throws(TransportError) {
                self.init(endpoint: try RPCEndpoint(url: url))
            } catch {
                throw .usage("--rpc: \(error)")
            }
        }
    }

    /// What was found.
    package struct Diagnosis: Sendable {
        /// One row a question; columns `endpoint`, `check`, `result`, `detail`.
        package var table: Table
        /// Answers that hinder.
        package var findings: [String] = []
        /// Endpoints that did not answer at all, with the reason.
        package var unreachable: [String] = []

        /// - Throws: `.unreachable` before `.findings`; nothing when all is well.
        package func check() throws(ToolError) {
            guard self.unreachable.isEmpty else {
                throw .unreachable(count: self.unreachable.count)
            }
            guard self.findings.isEmpty else { throw .findings(count: self.findings.count) }
        }
    }

    private var inspector: EndpointInspector

    /// - Parameter isProbing: whether the limit of `eth_getLogs` is looked for, with up to 24
    ///   requests.
    package init(isProbing: Bool = true) {
        self.inspector = EndpointInspector(probe: isProbing ? LimitProbe() : nil)
    }

    /// Asks one endpoint after the other.
    package func examine(_ patients: [Patient]) async throws(ToolError) -> Diagnosis {
        let curl = CurlClient()
        var diagnosis = Diagnosis(
            table: Table(columns: [
                Column("endpoint", "Endpoint"), Column("check", "Check"),
                Column("result", "Result"), Column("detail", "Detail"),
            ]))
        for patient in patients {
            let client: JSONRPCClient
            do throws(TransportError) {
                client = try JSONRPCClient(patient.endpoint, curl: curl)
            } catch {
                throw .usage("\(patient.endpoint): \(error)")
            }
            Self.add(await self.report(client), patient, to: &diagnosis)
        }
        await curl.shutdown()
        return diagnosis
    }

    /// One question first, so that an endpoint which does not answer costs one timeout.
    private func report(_ client: JSONRPCClient) async -> Result<EndpointReport, ChainClientError> {
        do throws(ChainClientError) {
            _ = try await client.chainID()
        } catch {
            return .failure(error)
        }
        return .success(await self.inspector.inspect(client))
    }

    private static func add(
        _ result: Result<EndpointReport, ChainClientError>, _ patient: Patient,
        to diagnosis: inout Diagnosis
    ) {
        let name = patient.endpoint.name
        switch result {
        case .failure(let error):
            diagnosis.unreachable.append("\(error)")
            diagnosis.table.append([
                .text(name), .text("answers"), .text("no"), .text("\(error)"),
            ])
        case .success(let report):
            var sheet = DoctorSheet(report, patient)
            sheet.fill()
            for row in sheet.rows {
                diagnosis.table.append([
                    .text(name), .text(row.check), .text(row.result), .text(row.detail),
                ])
            }
            diagnosis.findings += sheet.findings.map { "\(name): \($0)" }
        }
    }
}
