// Weir
// SPDX-License-Identifier: Apache-2.0

/// How much one configuration may hold; whatever exceeds a limit is refused with its name.
package struct ConfigLimits: Equatable, Sendable {
    /// Bytes of the file itself, and of each file behind `${file:}` and `${cred:}`.
    package var fileBytes = 1 << 20
    /// Nodes of the tree after aliases (`*name`) and merges (`<<`) were written out.
    package var nodes = 100_000
    /// Sections and lists within each other.
    package var depth = 64
    /// Bytes that all references together may add.
    package var expandedBytes = 16 << 20
    /// Faults kept; what comes after is counted.
    package var diagnostics = 200

    package init() {}

    package static let standard = ConfigLimits()
}
