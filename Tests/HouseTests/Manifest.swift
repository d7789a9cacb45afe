// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The package's targets, as SwiftPM itself understands `Package.swift`.
struct Manifest: Equatable {
    struct Target: Equatable {
        var name: String
        /// Targets of this package that it depends on.
        var modules: Set<String>
        /// Products of other packages. Those that we use are named as their modules.
        var products: Set<String>
    }

    /// Targets that are built into the product: no tests, no measurements.
    var targets: [Target]

    /// Reads what `swift package dump-package` prints.
    init(json: Data) throws {
        struct Dump: Decodable {
            struct Target: Decodable {
                var name: String
                var type: String
                var path: String?
                var dependencies: [[String: [Part]]]
            }
            enum Part: Decodable {
                case text(String)
                case other
                init(from decoder: any Decoder) throws {
                    let container = try decoder.singleValueContainer()
                    if let text = try? container.decode(String.self) {
                        self = .text(text)
                    } else {
                        self = .other
                    }
                }
            }
            var targets: [Target]
        }
        let dump = try JSONDecoder().decode(Dump.self, from: json)
        self.targets = dump.targets
            .filter { target in
                let path = target.path ?? ""
                return target.type != "test" && !path.hasPrefix("Tests/") && path != "Benchmarks"
            }
            .map { target in
                var result = Target(name: target.name, modules: [], products: [])
                for (kind, parts) in target.dependencies.flatMap({ $0 }) {
                    guard case .text(let name)? = parts.first else { continue }
                    if kind == "product" {
                        result.products.insert(name)
                    } else {
                        result.modules.insert(name)
                    }
                }
                return result
            }
    }

    init(targets: [Target]) {
        self.targets = targets
    }

    /// Asks SwiftPM. It gets a scratch folder of its own, since the running `swift test` may hold
    /// the lock of the usual one.
    static func read(root: URL) throws -> Manifest {
        let scratch = FileManager.default.temporaryDirectory
            .appending(path: "weir-manifest-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: scratch) }
        let (code, output) = try Program.run(
            ["swift", "package", "--scratch-path", scratch.path, "dump-package"], in: root)
        guard code == 0, let start = output.firstIndex(of: UInt8(ascii: "{")) else {
            throw Program.Failure(code: code, output: String(decoding: output, as: UTF8.self))
        }
        return try Manifest(json: Data(output[start...]))
    }

    /// The manifest lists what a module imports, no more and no less, and no more than the plan.
    ///
    /// - Parameter imports: what the files of each module import.
    func findings(imports: [String: Set<String>], plan: [String: Room]) -> [Finding] {
        let path = "Package.swift"
        var findings: [Finding] = []
        for target in self.targets {
            guard let room = plan[target.name] else {
                findings.append(Finding(path, "\(target.name) is not in the floor plan"))
                continue
            }
            let used = imports[target.name] ?? []
            for module in target.modules.subtracting(room.imports).sorted() {
                findings.append(Finding(path, "\(target.name) may not depend on \(module)"))
            }
            for product in target.products.subtracting(room.outside).sorted() {
                findings.append(Finding(path, "\(target.name) may not depend on \(product)"))
            }
            let declared = target.modules.union(target.products)
            for module in declared.subtracting(used).sorted() {
                findings.append(
                    Finding(path, "\(target.name) depends on \(module) and does not import it"))
            }
            for module in used.subtracting(declared).subtracting(room.toolchain).sorted() {
                findings.append(
                    Finding(path, "\(target.name) imports \(module) and does not depend on it"))
            }
        }
        let named = Set(self.targets.map(\.name))
        for module in Set(imports.keys).subtracting(named).sorted() {
            findings.append(Finding(path, "Sources/\(module) is no target: nothing builds it"))
        }
        return findings
    }
}

/// A program that a test runs to its end.
enum Program {
    struct Failure: Error, CustomStringConvertible {
        var code: Int32
        var output: String
        var description: String { "exit code \(self.code): \(self.output)" }
    }

    /// The exit code, and standard output followed by what standard error says on a failure.
    static func run(_ arguments: [String], in folder: URL) throws -> (Int32, [UInt8]) {
        let errors = FileManager.default.temporaryDirectory
            .appending(path: "weir-house-\(UUID().uuidString).txt")
        try Data().write(to: errors)
        defer { try? FileManager.default.removeItem(at: errors) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.currentDirectoryURL = folder
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
        var output = [UInt8](try pipe.fileHandleForReading.readToEnd() ?? Data())
        process.waitUntilExit()
        if process.terminationStatus != 0 {
            output += [UInt8](try Data(contentsOf: errors))
        }
        return (process.terminationStatus, output)
    }

    /// Whether a program is on the path.
    static func isInstalled(_ name: String) -> Bool {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
            FileManager.default.isExecutableFile(atPath: "\($0)/\(name)")
        }
    }
}
