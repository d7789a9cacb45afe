// Weir
// SPDX-License-Identifier: Apache-2.0

package import Foundation
package import Testing

/// The public test vectors, which live beside the project and are read where they stand.
///
/// Tests that need them carry `.enabled(if: Vectors.present, Vectors.absence)`, so that a checkout
/// without them says clearly what it skipped.
package enum Vectors {
    /// The folder: `WEIR_VECTORS`, or `../shared/vectors` seen from the project's root.
    package static let folder: URL = {
        if let path = ProcessInfo.processInfo.environment["WEIR_VECTORS"], !path.isEmpty {
            return URL(fileURLWithPath: path, isDirectory: true)
        }
        return projectRoot.appendingPathComponent("../shared/vectors").standardizedFileURL
    }()

    /// The root of the checkout that these tests were compiled from.
    package static let projectRoot = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Whether the folder is there.
    package static let present = FileManager.default.fileExists(
        atPath: folder.appendingPathComponent("README.md").path)

    /// What a skipped test says.
    package static let absence: Comment =
        "the test vectors are absent: set WEIR_VECTORS or put them at ../shared/vectors"

    /// The bytes of a file, unpacked where its name ends in `.gz`.
    package static func bytes(_ name: String) throws -> [UInt8] {
        let url = folder.appendingPathComponent(name)
        guard name.hasSuffix(".gz") else { return [UInt8](try Data(contentsOf: url)) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc", url.path]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw VectorsError.notUnpacked(name) }
        return [UInt8](data)
    }

    /// The lines of an NDJSON file as bytes, empty ones left out.
    package static func rawLines(_ name: String) throws -> [[UInt8]] {
        try bytes(name).split(separator: 10).map(Array.init)
    }

    /// The lines of an NDJSON file as JSON objects.
    package static func lines(_ name: String) throws -> [[String: Any]] {
        try rawLines(name).map { line in
            guard let object = try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]
            else { throw VectorsError.notAnObject(name) }
            return object
        }
    }
}

package enum VectorsError: Error {
    case notUnpacked(String)
    case notAnObject(String)
}
