// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree

/// What is logged, and how: the section `logging`.
package struct LoggingConfiguration: Sendable, Equatable {
    /// The least severity that is written.
    package enum Level: String, Sendable, CaseIterable {
        case trace, debug, info, notice, warning, error
    }

    package enum Format: String, Sendable, CaseIterable {
        /// A line for people.
        case text
        /// A JSON object a line, for collectors.
        case json
    }

    package var level = Level.info
    package var format = Format.text

    package init() {}

    init(_ section: ConfigSection?) {
        guard let section else { return }
        self.level = section.enumeration("level", default: .info)
        self.format = section.enumeration("format", default: .text)
    }
}
