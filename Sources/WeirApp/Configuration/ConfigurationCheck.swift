// Weir
// SPDX-License-Identifier: Apache-2.0

package import ConfigTree
import EVMABI
import Economy

/// Something that is allowed but is hardly meant.
package struct ConfigurationWarning: Sendable, Equatable, CustomStringConvertible {
    package var place: ConfigPlace
    package var path: String
    package var message: String

    package var description: String {
        "\(self.place): warning: \(self.path): \(self.message)"
    }
}

/// Looks over a configuration that is valid.
package enum ConfigurationCheck {
    package static func warnings(of configuration: WeirConfiguration) -> [ConfigurationWarning] {
        configuration.chains.filter { $0.economy.catalog.contracts.isEmpty }.map { chain in
            ConfigurationWarning(
                place: chain.place, path: "chains.\(chain.name)",
                message: "no contract is watched on this chain; only its blocks are followed")
        }
    }
}
