// Weir
// SPDX-License-Identifier: Apache-2.0

/// A loaded configuration: a tree that knows file, line, column and path of everything in it, and
/// how it was read.
///
/// ```
/// let tree = try ConfigLoader(surroundings: .process).load(path: "weir.yaml")
/// let configuration = try tree.read(WeirConfiguration.init(section:))
/// ```
///
/// A tree belongs to the task that loaded it; what its readers make of it are plain values.
package struct ConfigTree {
    let root: ConfigNode
    let reader: ConfigReader

    /// The document as a value, for files that are a list at heart.
    package var value: ConfigValue { ConfigValue(self.root, self.reader) }

    /// Reads the whole document as a section and gives what `body` makes of it, or throws all
    /// faults at once: of the file, of its values, unknown keys, overrides that fit nothing.
    package func read<Value>(
        _ body: (ConfigSection) -> Value?
    ) throws(ConfigDiagnostics) -> Value {
        let value = self.value.section().flatMap(body)
        let faults = self.diagnostics()
        guard faults.isEmpty else { throw ConfigDiagnostics(faults) }
        guard let value else {
            throw ConfigDiagnostics([
                ConfigDiagnostic(
                    place: self.root.place,
                    message: "the configuration was refused without a reason",
                    advice: "please report this as a bug")
            ])
        }
        return value
    }

    /// The faults after reading, sorted by place; empty: all is well.
    package func diagnostics() -> [ConfigDiagnostic] {
        ConfigDiagnostics(self.reader.finish(self.root)).list
    }
}
