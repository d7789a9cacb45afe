// Weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import ChainModel
package import ConfigTree
import CurlTransport
import EVMABI
import EVMPrimitives
import EVMRPC
import Economy
import Notifiers
package import Tabular
import WeirPorts

/// `weir check`: what a configuration says, and whether the chains agree.
package struct ConfigurationReport: Sendable {
    private let configuration: WeirConfiguration
    /// What is allowed but is hardly meant, one line each.
    package let warnings: [String]

    /// - Throws: all faults of the file and of the rule files that it names, each with its place.
    package init(_ path: String) throws(ConfigDiagnostics) {
        let loaded = try WeirConfiguration.load(path: path)
        self.configuration = loaded.configuration
        let alerting = loaded.configuration.alerting
        // A running instance leaves such rules out; who checks wants to know.
        guard alerting.faults.isEmpty else { throw ConfigDiagnostics(alerting.faults) }
        self.warnings =
            loaded.warnings.map { "\($0)" } + alerting.warnings.map { "warning: \($0)" }
    }

    /// One row a chain, one a contract, one a token and one a tracker.
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
            for token in chain.economy.tokens.tokens {
                table.append([
                    .text(chain.name), .text(token.symbol), .text("ok"),
                    .text(
                        (token.address.map { "token \($0)" } ?? "the chain's coin") + ", "
                            + (token.decimals.map { "decimals: \($0)" }
                                ?? "decimals from the chain")),
                ])
            }
            for tracker in chain.economy.trackers {
                table.append([
                    .text(chain.name), .text("\(tracker.kind.rawValue) \(tracker.name)"),
                    .text("ok"),
                    .text("tracker, events: \(tracker.bindings.flatMap(\.slots).count)"),
                ])
            }
        }
        self.addAlerts(to: &table)
        return table
    }

    private func addAlerts(to table: inout Table) {
        let alerting = self.configuration.alerting
        for group in alerting.groups {
            table.append([
                .text("all"), .text("rules \(group.name)"), .text("ok"),
                .text("rules: \(group.rules.count), from \(group.file)"),
            ])
        }
        if !alerting.eventRules.isEmpty {
            table.append([
                .text("all"), .text("event rules"), .text("ok"),
                .text("rules: \(alerting.eventRules.count)"),
            ])
        }
        for receiver in alerting.receivers {
            let channels = receiver.channels.map(\.kind).joined(separator: ", ")
            table.append([
                .text("all"), .text("receiver \(receiver.name)"), .text("ok"),
                .text(channels.isEmpty ? "no channel: nobody is told" : "channels: \(channels)"),
            ])
        }
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
        var good: JSONRPCClient?
        for endpoint in chain.endpoints {
            do {
                let client = try JSONRPCClient(endpoint, curl: curl)
                let found = try await client.chainID()
                if found == chain.id {
                    good = good ?? client
                    diagnosis.add(chain.name, endpoint.name, "ok", "serves chain \(found)")
                } else {
                    let error = ChainClientError.wrongChain(
                        endpoint: endpoint.name, expected: chain.id.rawValue,
                        found: found.rawValue)
                    diagnosis.findings.append("chain \(chain.name): \(error)")
                    diagnosis.add(chain.name, endpoint.name, "wrong chain", "serves chain \(found)")
                }
            } catch {
                diagnosis.unreachable.append("chain \(chain.name): \(error)")
                diagnosis.add(chain.name, endpoint.name, "no answer", "\(error)")
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
                diagnosis.add(
                    chain.name,
                    contract.alias, code.isEmpty ? "no code" : "ok",
                    "\(contract.address), \(code.count) bytes of code")
            } catch {
                diagnosis.unreachable.append(
                    "chain \(chain.name), contract \(contract.alias): \(error)")
                diagnosis.add(chain.name, contract.alias, "not known", "\(error)")
            }
        }
        await self.ask(chain, good, &diagnosis)
    }

    /// Holds tokens against their contracts, and asks each view that a tracker names once.
    private func ask(
        _ chain: ChainConfiguration, _ client: JSONRPCClient,
        _ diagnosis: inout EndpointDoctor.Diagnosis
    ) async {
        let tokens = chain.economy.tokens
        guard !tokens.addresses.isEmpty || !chain.economy.trackers.isEmpty else { return }
        do throws(ChainClientError) {
            guard let latest = try await client.heads([.latest])[.latest] else { return }
            let read = try await client.extras(
                of: [latest], plan: TokenMetadataReader.plan(tokens.addresses), isHead: true)
            guard let extras = read.first else { return }
            var decimals: [Address: UInt8] = [:]
            for token in tokens.tokens {
                guard let address = token.address else { continue }
                do throws(TokenMetadataError) {
                    let found = try TokenMetadataReader.metadata(address, extras)
                    decimals[address] = found.decimals
                    let isEqual = token.decimals == nil || token.decimals == found.decimals
                    if !isEqual {
                        diagnosis.findings.append(
                            "chain \(chain.name): token \(token.symbol): the contract has "
                                + "\(found.decimals) decimals; correct or remove `decimals`")
                    }
                    let isNamed = found.symbol == token.symbol
                    diagnosis.add(
                        chain.name,
                        token.symbol,
                        isEqual ? (isNamed ? "ok" : "other symbol") : "other decimals",
                        "\(found.symbol), \(found.decimals) decimals")
                } catch {
                    diagnosis.findings.append(
                        "chain \(chain.name): token \(token.symbol): \(error)")
                    diagnosis.add(chain.name, token.symbol, "no token", "\(error)")
                }
            }
            guard let resolved = try? tokens.resolved(decimals) else { return }
            var definition = chain.economy
            definition.tokens = resolved
            try await self.askViews(definition, latest, client, &diagnosis)
        } catch {
            diagnosis.unreachable.append("chain \(chain.name): \(error)")
        }
    }

    private func askViews(
        _ definition: EconomyDefinition, _ latest: BlockHeader, _ client: JSONRPCClient,
        _ diagnosis: inout EndpointDoctor.Diagnosis
    ) async throws(ChainClientError) {
        let plan = FetchPlan(readings: Economy(definition).plan(after: latest.number).readings)
        if plan.isEmpty { return }
        let extras = try await client.extras(of: [latest], plan: plan, isHead: true)
        for reading in extras.first?.readings ?? [] {
            switch reading.outcome {
            case .data: diagnosis.add(definition.chain, reading.key, "ok", "is answered")
            case .reverted(let data):
                diagnosis.findings.append(
                    "chain \(definition.chain): \(reading.key): the call is reverted "
                        + "(\(RevertReason(data))); check the function and the contract")
                diagnosis.add(definition.chain, reading.key, "reverted", "\(RevertReason(data))")
            case .unavailable(let why):
                diagnosis.unreachable.append("chain \(definition.chain): \(reading.key): \(why)")
                diagnosis.add(definition.chain, reading.key, "not known", why)
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

extension EndpointDoctor.Diagnosis {
    fileprivate mutating func add(
        _ chain: String, _ what: String, _ result: String, _ detail: String
    ) {
        self.table.append([.text(chain), .text(what), .text(result), .text(detail)])
    }
}
