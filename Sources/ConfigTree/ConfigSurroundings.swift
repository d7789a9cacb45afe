// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Why a file could not be read.
package enum ConfigFileFault: Error, Equatable, Sendable, CustomStringConvertible {
    case missing
    case notPermitted
    case tooLarge(limitBytes: Int)
    case unreadable

    package var description: String {
        switch self {
        case .missing: "does not exist"
        case .notPermitted: "may not be read by this user"
        case .tooLarge(let limit): "is larger than \(limit) bytes"
        case .unreadable: "cannot be read (is it a directory?)"
        }
    }

    /// What the operator can do about it.
    var advice: String {
        switch self {
        case .missing: "check the path"
        case .notPermitted: "check its owner and mode"
        case .tooLarge: "check that it is the right file"
        case .unreadable: "check that it is a regular file"
        }
    }
}

/// What a configuration may draw upon outside its own text: environment variables and files. Both
/// are given as values, so that a test needs neither a disk nor a process.
package struct ConfigSurroundings: Sendable {
    package typealias FileReading =
        @Sendable (_ path: String, _ limitBytes: Int) -> Result<[UInt8], ConfigFileFault>

    package var variables: [String: String]
    /// Gives a file's bytes; must refuse a file larger than the limit rather than cut it.
    package var readFile: FileReading
    /// The names of what is in a folder, in any order; nil where it cannot be read.
    package var listFolder: @Sendable (_ path: String) -> [String]?

    package init(
        variables: [String: String] = [:],
        readFile: @escaping FileReading = { _, _ in .failure(.missing) },
        listFolder: @escaping @Sendable (String) -> [String]? = { _ in nil }
    ) {
        self.variables = variables
        self.readFile = readFile
        self.listFolder = listFolder
    }

    /// The environment and the files of this process.
    package static var process: ConfigSurroundings {
        ConfigSurroundings(
            variables: ProcessInfo.processInfo.environment,
            readFile: Self.readFromDisk,
            listFolder: { try? FileManager.default.contentsOfDirectory(atPath: $0) }
        )
    }

    /// Reads at most `limit` + 1 bytes, so that a device or a growing file cannot fill the memory.
    private static func readFromDisk(
        path: String, limit: Int
    ) -> Result<[UInt8], ConfigFileFault> {
        do {
            let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            defer { try? handle.close() }
            var bytes: [UInt8] = []
            while bytes.count <= limit,
                let chunk = try handle.read(upToCount: limit + 1 - bytes.count), !chunk.isEmpty
            {
                bytes += chunk
            }
            return bytes.count > limit
                ? .failure(.tooLarge(limitBytes: limit)) : .success(bytes)
        } catch let error as CocoaError {
            switch error.code {
            case .fileNoSuchFile, .fileReadNoSuchFile: return .failure(.missing)
            case .fileReadNoPermission: return .failure(.notPermitted)
            default: return .failure(.unreadable)
            }
        } catch {
            return .failure(.unreadable)
        }
    }
}
