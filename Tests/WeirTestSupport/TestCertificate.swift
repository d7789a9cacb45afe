// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A key and a certificate that it signed itself, made by `openssl`, gone with the value.
package final class TestCertificate: Sendable {
    private let folder: URL
    /// The certificate's path, which is also the CA file to trust it.
    package var path: String { self.folder.appending(path: "cert.pem").path }
    package var keyPath: String { self.folder.appending(path: "key.pem").path }

    /// `openssl`, where it is installed.
    package static let program = ["/usr/bin/openssl", "/usr/local/bin/openssl"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    /// - Parameter name: a subject alternative name such as `IP:127.0.0.1`.
    package init(for name: String) throws {
        self.folder = FileManager.default.temporaryDirectory
            .appending(path: "weir-certificate-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: self.folder, withIntermediateDirectories: true)
        let process = Process()
        process.executableURL = URL(filePath: Self.program ?? "/usr/bin/openssl")
        process.arguments =
            ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
            + ["-keyout", self.keyPath, "-out", self.path, "-days", "2", "-subj", "/CN=weir-test"]
            + ["-addext", "subjectAltName=\(name)"]
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
    }

    deinit {
        try? FileManager.default.removeItem(at: self.folder)
    }
}
