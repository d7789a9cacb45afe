// Weir
// SPDX-License-Identifier: Apache-2.0

/// Where a value came from.
package enum Origin: Equatable, Hashable, Sendable, CustomStringConvertible {
    /// Written in the file.
    case literal
    /// `${env:NAME}`.
    case environment(String)
    /// `${file:/path}` or a `…_file` key.
    case file(String)
    /// `${cred:name}`, a file in `$CREDENTIALS_DIRECTORY` (systemd `LoadCredential=`).
    case credential(String)
    /// A variable such as `WEIR__CHAINS__BASE__START`, which replaced what the file says.
    case override(String)
    /// `${with:name}` in a preset.
    case parameter(String)
    /// Nobody set it: what the reader takes in that case.
    case standard

    /// `env NAME`, `file /path`, and so on; control characters escaped.
    package var description: String {
        switch self {
        case .literal: "file"
        case .environment(let name): "env \(Redaction.printable(name))"
        case .file(let path): "file \(Redaction.printable(path))"
        case .credential(let name): "credential \(Redaction.printable(name))"
        case .override(let name): "override \(Redaction.printable(name))"
        case .parameter(let name): "parameter \(Redaction.printable(name))"
        case .standard: "default"
        }
    }

    /// Whether the value was drawn from where secrets are kept.
    package var mayBeSecret: Bool {
        switch self {
        case .environment, .file, .credential: true
        case .literal, .override, .parameter, .standard: false
        }
    }
}
