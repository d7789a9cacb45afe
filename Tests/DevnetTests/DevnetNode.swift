// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSONBytes
import Testing
import WeirTestSupport

/// One of the servers of `Tests/Devnet`, and the configuration of a Weir that follows it.
final class DevnetNode {
    /// Any Python 3, for the server that needs its standard library only.
    static let python: String? = {
        let named = ProcessInfo.processInfo.environment["WEIR_DEVNET_PYTHON"]
        return ([named].compactMap { $0 } + ["/usr/bin/python3", "/usr/local/bin/python3"])
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }()

    /// The Python that `Tests/Devnet/setup.sh` made.
    static let evmPython: String? = ProcessInfo.processInfo.environment["WEIR_DEVNET_PYTHON"]
        .flatMap { FileManager.default.isExecutableFile(atPath: $0) ? $0 : nil }
    static let evmAbsence: Comment =
        "WEIR_DEVNET_PYTHON is not set: WEIR_DEVNET_PYTHON=$(Tests/Devnet/setup.sh .venv-devnet)"

    private let program: RunningProgram
    private let probe: HTTPProbe
    private let hello: JSONValue
    let url: String

    init(
        _ script: String, _ arguments: [String], python: String, folder: URL, probe: HTTPProbe
    ) async throws {
        let path = Vectors.projectRoot.appendingPathComponent(script).path
        self.probe = probe
        self.program = try RunningProgram(
            python, [path] + arguments + ["--out", folder.path, "--until-stdin-closes"],
            folder: folder, name: "node")
        let line = try await self.program.wait("the node") { program in
            program.outputText.contains("\n") ? program.outputText : nil
        }
        self.hello = try JSONValue(parsing: Array(line.utf8))
        self.url = try #require(self.hello["url"]?.string)
    }

    /// A control method; `params` is JSON text.
    func call(_ method: String, _ params: String = "[]") async throws -> JSONValue {
        try await self.probe.call(self.url, method, params)
    }

    /// The block at which the chain stood when the node began.
    var start: JSONValue? { self.hello["head"] }

    /// The address of a contract or an account.
    func address(_ name: String) throws -> String {
        try #require(
            (self.hello["contracts"]?[name] ?? self.hello["accounts"]?[name])?.string, "\(name)")
    }

    /// Writes `weir.yaml` beside the ABIs that the node wrote; `more` are sections after the
    /// contracts.
    func configuration(contracts folder: URL, more: String = "") throws -> URL {
        let id = try #require(self.hello["chainId"]?.uint)
        var text = WeirYAML.head(chain: "devnet", id: id, url: self.url, span: 10)
        text += "contracts:\n"
        for member in try #require(self.hello["contracts"]?.object?.members) {
            text += """
                  \(member.key):
                    chain: devnet
                    address: "\(try #require(member.value.string))"
                    abi: abis/\(member.key).json

                """
        }
        let file = folder.appendingPathComponent("weir.yaml")
        try Data((text + more).utf8).write(to: file)
        return file
    }
}

enum WeirYAML {
    /// Everything but the contracts.
    static func head(chain: String, id: UInt64, url: String, span: Int) -> String {
        """
        server: { listen: "127.0.0.1:0" }
        store: { sqlite: weir.db }
        chains:
          \(chain):
            id: \(id)
            endpoints:
              - { name: node, url: "\(url)" }
            follow: latest
            finality: finalized
            start: 1
            poll: { min: 50ms, max: 100ms }
            catch_up: { span: \(span), span_max: \(span * 4) }

        """
    }
}
