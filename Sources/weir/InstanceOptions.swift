// Weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import WeirApp

/// Which running instance a command asks, and what it shows it.
struct InstanceOptions: ParsableArguments {
    @Option(help: "Where the instance listens: its `server.listen`.")
    var url = "http://127.0.0.1:9560"

    /// `WEIR_API_TOKEN`: a secret never comes from the command line.
    var token: String? { ProcessInfo.processInfo.environment["WEIR_API_TOKEN"] }
}
