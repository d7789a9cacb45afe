// Weir
// SPDX-License-Identifier: Apache-2.0

@testable import ConfigTree

/// A loader without disk or process: files and variables are given.
func loader(
    environment: [String: String] = [:], files: [String: String] = [:],
    limits: ConfigLimits = .standard
) -> ConfigLoader {
    ConfigLoader(
        surroundings: ConfigSurroundings(variables: environment) { path, limit in
            guard let text = files[path] else { return .failure(.missing) }
            let bytes = Array(text.utf8)
            return bytes.count > limit
                ? .failure(.tooLarge(limitBytes: limit)) : .success(bytes)
        },
        limits: limits)
}

/// Loads and reads `text`; the lines of all faults, empty if there are none.
func faults(
    _ text: String, environment: [String: String] = [:], files: [String: String] = [:],
    limits: ConfigLimits = .standard, _ body: (ConfigSection) -> Void = { _ in }
) -> [String] {
    do {
        let tree = try loader(environment: environment, files: files, limits: limits)
            .load(text: text)
        _ = try tree.read { section -> Bool? in
            body(section)
            return true
        }
        return []
    } catch {
        return error.list.map(\.description)
    }
}

/// Reads one value under `v` and gives it with the faults.
func read<Value>(
    _ text: String, _ type: ConfigType<Value>, environment: [String: String] = [:],
    files: [String: String] = [:]
) -> (value: Value?, faults: [String]) {
    var value: Value?
    let faults = faults(text, environment: environment, files: files) {
        value = $0.required("v", type)
    }
    return (value, faults)
}

/// A repeatable source of numbers: SplitMix64.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        self.state &+= 0x9e37_79b9_7f4a_7c15
        var z = self.state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
