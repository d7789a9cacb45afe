// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
package import ConfigTree
import CurlTransport
import EVMABI
import EVMPrimitives
import EVMRPC
package import Tabular
import WeirPorts

/// `weir check`: what a configuration says, and whether the chains agree.
package struct ConfigurationReport: Sendable {
    private let configuration: WeirConfiguration
    /// What is allowed but is hardly meant, one line each.
    package let warnings: [String]

    /// - Throws: all faults of the file, each with its place.
    package init(_ path: String) throws(ConfigDiagnostics) {
        let loaded = try WeirConfiguration.load(path: path)
        self.configuration = loaded.configuration
        self.warnings = loaded.warnings.map { "\($0)" }
    }

    /// One row a chain and one a contract.
    package var table: Table {
        var table = Self.emptyTable
        for chain in self.configuration.chains {
            let endpoints = chain.endpoints.map(\.name).joined(separator: ", ")
            table.append([
                .text(chain.name), .text("chain"), .text("ok"),
                .text("id \(chain.id); endpoints: \(endpoints)"),
            ])
            for contract in self.configuration.contracts where contract.chain == chain.name {
                table.append([
                    .text(chain.name), .text(contract.alias), .text("ok"),
                    .text("\(contract.address), events: \(contract.abi.events.count)"),
                ])
            }
        }
        return table
    }

    /// Asks all endpoints for the chain's identifier, and the first that serves the right chain for
    /// the code of each contract.
    package func online() async -> EndpointDoctor.Diagnosis {
        let curl = CurlClient()
        var diagnosis = EndpointDoctor.Diagnosis(table: Self.emptyTable)
        for chain in self.configuration.chains {
            await self.ask(chain, curl, &diagnosis)
        }
        await curl.shutdown()
        return diagnosis
    }

    private func ask(
        _ chain: ChainConfiguration, _ curl: CurlClient,
        _ diagnosis: inout EndpointDoctor.Diagnosis
    ) async {
        func add(_ what: String, _ result: String, _ detail: String) {
            diagnosis.table.append([
                .text(chain.name), .text(what), .text(result), .text(detail),
            ])
        }
        var good: JSONRPCClient?
        for endpoint in chain.endpoints {
            do {
                let client = try JSONRPCClient(endpoint, curl: curl)
                let found = try await client.chainID()
                if found == chain.id {
                    good = good ?? client
                    add(endpoint.name, "ok", "serves chain \(found)")
                } else {
                    let error = ChainClientError.wrongChain(
                        endpoint: endpoint.name, expected: chain.id.rawValue,
                        found: found.rawValue)
                    diagnosis.findings.append("chain \(chain.name): \(error)")
                    add(endpoint.name, "wrong chain", "serves chain \(found)")
                }
            } catch {
                diagnosis.unreachable.append("chain \(chain.name): \(error)")
                add(endpoint.name, "no answer", "\(error)")
            }
        }
        guard let good else { return }
        for contract in self.configuration.contracts where contract.chain == chain.name {
            do throws(ChainClientError) {
                let code = try await good.code(of: contract.address, at: .tag(.latest))
                if code.isEmpty {
                    diagnosis.findings.append(
                        "chain \(chain.name): contract \(contract.alias) has no code at "
                            + "\(contract.address); check address and chain")
                }
                add(
                    contract.alias, code.isEmpty ? "no code" : "ok",
                    "\(contract.address), \(code.count) bytes of code")
            } catch {
                diagnosis.unreachable.append(
                    "chain \(chain.name), contract \(contract.alias): \(error)")
                add(contract.alias, "not known", "\(error)")
            }
        }
    }

    private static var emptyTable: Table {
        Table(columns: [
            Column("chain", "Chain"), Column("part", "Part"), Column("result", "Result"),
            Column("detail", "Detail"),
        ])
    }
}
