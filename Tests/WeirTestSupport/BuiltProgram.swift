// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
package import Testing

/// The program `weir` that was built with the tests, for those that run it as a user does.
package enum BuiltProgram {
    /// `WEIR_BINARY`, or the program beside the tests; nil where there is none.
    package static let path: String? = {
        if let path = ProcessInfo.processInfo.environment["WEIR_BINARY"], !path.isEmpty {
            return path
        }
        let folders = [
            URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent(),
            Bundle.main.bundleURL, Bundle.main.bundleURL.deletingLastPathComponent(),
            Vectors.projectRoot.appendingPathComponent(".build/debug"),
        ]
        return folders.map { $0.appendingPathComponent("weir").path }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }()

    package static var isBuilt: Bool { self.path != nil }

    /// What a skipped test says.
    package static let absence: Comment =
        "the program is not built: `swift build`, or set WEIR_BINARY"
}
