// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMABI
import Foundation

/// Reads the ABIs that `--abi` names.
package enum ABIFolder {
    /// Not more of a file than this is read.
    private static let maxFileBytes = 64 << 20

    /// One catalogue without addresses over everything found: a JSON ABI or artifact, a text of
    /// human-readable fragments, or a folder, searched with its subfolders for both (`.json`,
    /// `.abi`, `.txt`, `.sol`).
    ///
    /// In a folder, JSON files that are no ABI are passed over; a file named itself must be one.
    package static func catalog(_ path: String) throws(ToolError) -> EventCatalog {
        var isFolder: ObjCBool = false
        guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw .unreadable(path: path, reason: "there is no such file or folder")
        }
        var contracts: [CatalogContract] = []
        if isFolder.boolValue {
            for file in Self.files(under: path) {
                do throws(ToolError) {
                    contracts.append(try Self.contract(file))
                } catch .abi(_, .malformedABI) {
                    continue
                }
            }
        } else {
            contracts = [try Self.contract(path)]
        }
        contracts.removeAll(where: \.events.isEmpty)
        guard !contracts.isEmpty else { throw .noEvents(path: path) }
        for index in contracts.indices { contracts[index].alias += "#\(index)" }
        do throws(ABIError) {
            return try EventCatalog(contracts)
        } catch {
            throw .abi(path: path, error)
        }
    }

    private static func contract(_ path: String) throws(ToolError) -> CatalogContract {
        let name = String(path.split(separator: "/").last ?? "")
        let bytes = try Self.bytes(path)
        do throws(ABIError) {
            return CatalogContract(
                alias: String(name.prefix { $0 != "." }), address: nil,
                events: try ABIFiles.parse(bytes).events)
        } catch {
            throw .abi(path: path, error)
        }
    }

    private static func bytes(_ path: String) throws(ToolError) -> [UInt8] {
        var input = try ByteInput(path: path, boundary: .line, limitBytes: Self.maxFileBytes)
        var all: [UInt8] = []
        while try input.next({ piece throws(ToolError) in
            guard all.count + piece.byteCount <= Self.maxFileBytes else {
                throw .unreadable(path: path, reason: "it is larger than an ABI can be")
            }
            unsafe piece.withUnsafeBytes { unsafe all.append(contentsOf: $0) }
        }) {}
        return all
    }

    /// Files with the names of ABIs, sorted, so that the same folder gives the same catalogue.
    private static func files(under path: String) -> [String] {
        let names = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
        return names.filter { name in
            [".json", ".abi", ".txt", ".sol"].contains { name.hasSuffix($0) }
        }
        .sorted().map { path.hasSuffix("/") ? path + $0 : "\(path)/\($0)" }
    }
}
