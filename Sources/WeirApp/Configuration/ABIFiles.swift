// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
import EVMABI

/// Reads ABI files by their content: JSON of any compiler or human-readable text.
struct ABIFiles {
    private let surroundings: ConfigSurroundings
    /// The largest known ABIs are below 1 MB; an artifact with its sources may have ten.
    private static let limitBytes = 32 << 20

    init(_ surroundings: ConfigSurroundings) {
        self.surroundings = surroundings
    }

    /// The ABI that a path names, counted from the configuration's folder or else from the working
    /// folder. Nil: the fault has been reported at the path.
    func read(_ value: ConfigValue) -> ContractABI? {
        guard let scalar = value.scalar(expected: "the path of an ABI file") else { return nil }
        guard !scalar.text.isEmpty else {
            scalar.fail(ConfigFault(), expected: "the path of an ABI file")
            return nil
        }
        var result = self.surroundings.readFile(value.absolute(scalar.text), Self.limitBytes)
        if result == .failure(.missing) {
            result = self.surroundings.readFile(scalar.text, Self.limitBytes)
        }
        switch result {
        case .failure(let fault):
            scalar.fail(
                "the ABI file \(scalar.shown) \(fault)",
                advice: fault == .missing
                    ? "paths count from the configuration file's folder, then from the working "
                        + "folder" : "check the path and the file's mode")
            return nil
        case .success(let bytes):
            do throws(ABIError) {
                let abi = try Self.parse(bytes)
                // A layout is refused where a type is too large or none that is ever emitted.
                for event in abi.events { _ = try EventLayout(event) }
                return abi
            } catch {
                scalar.fail(
                    "the file \(scalar.shown) is not an ABI: \(Self.excerpt(error))",
                    advice: "expected a JSON ABI, a compiler's artifact, or lines such as "
                        + "event Transfer(address indexed from, address indexed to, uint256)")
                return nil
            }
        }
    }

    /// An error may quote the file, which need not be the one that was meant: at most 80 characters,
    /// all of them printable.
    private static func excerpt(_ error: ABIError) -> String {
        let scalars = error.description.unicodeScalars
        let shown = scalars.prefix(80).map { (0x20...0x7e).contains($0.value) ? $0 : "?" }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: shown)
        return String(text) + (scalars.count > 80 ? "…" : "")
    }

    static func parse(_ bytes: [UInt8]) throws(ABIError) -> ContractABI {
        let first = bytes.first { ![0x20, 0x09, 0x0a, 0x0d].contains($0) }
        if first == UInt8(ascii: "[") || first == UInt8(ascii: "{") {
            return try JSONABI.parse(bytes)
        }
        return try HumanABI.parse(String(decoding: bytes, as: UTF8.self))
    }
}
