// Weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import WeirApp

/// `weir doctor`.
struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "What an endpoint can do, and what hinders following its chain.",
        discussion: """
            Ends with 5 if an endpoint does not answer, with 4 if something hinders: another
            chain than the configuration says, no finalized tag, a head that stands still.

            Examples:
              weir doctor --rpc "$RPC_URL"
              weir doctor -c weir.yaml --output json
            """)

    @Option(help: "The URL of one endpoint. It may hold a key and is never printed.")
    var rpc: String?

    @Option(name: .shortAndLong, help: "All endpoints of a configuration.")
    var config: String?

    @Flag(name: .customLong("no-probe"), help: "Leave out the limit of eth_getLogs.")
    var isNotProbing = false

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let patients: [EndpointDoctor.Patient]
        switch (self.rpc, self.config) {
        case (let rpc?, nil): patients = [try EndpointDoctor.Patient(url: rpc)]
        case (nil, let config?): patients = try ConfigurationTools.patients(config)
        default: throw ToolError.usage("give either --rpc URL or -c FILE")
        }
        let diagnosis = try await EndpointDoctor(isProbing: !self.isNotProbing)
            .examine(patients)
        try self.output.print(diagnosis.table)
        for finding in diagnosis.unreachable + diagnosis.findings { Process.say(finding) }
        try diagnosis.check()
    }
}
