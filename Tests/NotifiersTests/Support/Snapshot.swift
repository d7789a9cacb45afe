// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSONBytes
import Testing
import WeirTestSupport

/// Golden payloads; `RECORD_SNAPSHOTS=1` writes them again.
enum Snapshot {
    static func expect(
        _ payload: [UInt8], is name: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let text = try JSONValue(parsing: payload).text(pretty: true) + "\n"
        let file = Vectors.projectRoot.appendingPathComponent(
            "Tests/NotifiersTests/Snapshots/\(name).json")
        if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1" {
            try Data(text.utf8).write(to: file)
        }
        let recorded = try? String(contentsOf: file, encoding: .utf8)
        #expect(
            text == recorded, "\(name): record with RECORD_SNAPSHOTS=1 if this is meant",
            sourceLocation: sourceLocation)
    }
}

/// JSON read by a reader that is not ours; nil for what is none.
func foundationJSON(_ bytes: [UInt8]) -> Any? {
    try? JSONSerialization.jsonObject(with: Data(bytes))
}
