// Weir
// SPDX-License-Identifier: Apache-2.0

/// Turns a file, its environment and its references into a ``ConfigTree``. The one place through
/// which configuration comes in.
package struct ConfigLoader: Sendable {
    private let surroundings: ConfigSurroundings
    private let limits: ConfigLimits
    private let overridePrefix: String
    private let interpolates: Bool

    /// - Parameters:
    ///   - overridePrefix: how environment variables begin that replace single values; "" for files
    ///     that take none, such as those of rules.
    ///   - interpolates: whether `${…}` in a value is a reference; false for files in which `$` is
    ///     a letter like any other.
    package init(
        surroundings: ConfigSurroundings, limits: ConfigLimits = .standard,
        overridePrefix: String = "WEIR__", interpolates: Bool = true
    ) {
        self.surroundings = surroundings
        self.limits = limits
        self.overridePrefix = overridePrefix
        self.interpolates = interpolates
    }

    /// Loads a file. Throws what keeps it from being a tree at all (missing, too large, not YAML);
    /// anything less is reported when the tree is read.
    package func load(path: String) throws(ConfigDiagnostics) -> ConfigTree {
        let directory = path.lastIndex(of: "/").map { String(path[...$0]) }
        switch self.surroundings.readFile(path, self.limits.fileBytes) {
        case .success(let bytes):
            return try self.load(bytes: bytes, name: path, directory: directory)
        case .failure(let fault):
            throw ConfigDiagnostics([
                ConfigDiagnostic(
                    place: ConfigPlace(file: path), message: "the configuration file \(fault)",
                    advice: fault.advice)
            ])
        }
    }

    /// Loads a text as if it stood in a file.
    package func load(
        text: String, name: String = "weir.yaml", directory: String? = nil
    ) throws(ConfigDiagnostics) -> ConfigTree {
        try self.load(bytes: Array(text.utf8), name: name, directory: directory)
    }

    /// Loads bytes as if they stood in a file.
    ///
    /// - Parameters:
    ///   - name: the file's name in places.
    ///   - directory: the folder that relative paths count from; nil: the working folder.
    package func load(
        bytes: [UInt8], name: String, directory: String? = nil
    ) throws(ConfigDiagnostics) -> ConfigTree {
        guard bytes.count <= self.limits.fileBytes else {
            throw ConfigDiagnostics([
                ConfigDiagnostic(
                    place: ConfigPlace(file: name),
                    message: "the file is larger than \(self.limits.fileBytes) bytes",
                    advice: "check that it is the right file")
            ])
        }
        let reader = ConfigReader(
            interpolation: Interpolation(
                surroundings: self.surroundings, directory: directory, limits: self.limits,
                isOn: self.interpolates),
            overrides: Overrides(
                prefix: self.overridePrefix, environment: self.surroundings.variables),
            limits: self.limits,
        )
        do throws(ConfigDiagnostic) {
            return ConfigTree(
                root: try Self.root(bytes: bytes, name: name, reader: reader), reader: reader)
        } catch {
            throw ConfigDiagnostics(reader.diagnostics + [error])
        }
    }

    private static func root(
        bytes: [UInt8], name: String, reader: ConfigReader
    ) throws(ConfigDiagnostic) -> ConfigNode {
        let start = ConfigPlace(file: name, line: 1, column: 1)
        var source = try YAMLSource(bytes: bytes, file: name)
        guard let (root, parser) = try source.parse() else {
            return ConfigNode(.mapping([]), place: start, keyPlace: start, path: ConfigPath())
        }
        // Nodes hold their anchors weakly; the parser holds them.
        defer { withExtendedLifetime(parser) {} }
        var builder = TreeBuilder(source: source, reader: reader)
        return try builder.build(root, keyPlace: start)
    }
}
