// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSONBytes
package import Logging

/// Writes log records to stderr, one line each: `2026-11-21T11:04:10Z info chain=base message key=value`,
/// or as JSON. Control characters are escaped, so a record never breaks its line.
package struct LogOutput: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var logLevel: Logger.Level
    private let isJSON: Bool

    package init(level: Logger.Level, json: Bool) {
        self.logLevel = level
        self.isJSON = json
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { self.metadata[key] }
        set { self.metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        let metadata = self.metadata.merging(event.metadata ?? [:]) { _, new in new }
            .sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") }
        let time = Date().formatted(.iso8601)
        var line: [UInt8]
        if self.isJSON {
            line = Self.json(time, event, metadata)
        } else {
            var text = "\(time) \(event.level) \(event.message)"
            for (key, value) in metadata {
                text +=
                    value.contains(" ") || value.isEmpty
                    ? " \(key)=\"\(value)\"" : " \(key)=\(value)"
            }
            line = Self.printable(text)
        }
        line.append(10)
        FileHandle.standardError.write(Data(line))
    }

    private static func json(
        _ time: String, _ event: LogEvent, _ metadata: [(String, String)]
    ) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("@timestamp")
        writer.string(time)
        writer.key("log.level")
        writer.string(event.level.rawValue)
        writer.key("message")
        writer.string("\(event.message)")
        for (key, value) in metadata {
            writer.key(key)
            writer.string(value)
        }
        writer.endObject()
        return writer.bytes
    }

    private static func printable(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        for scalar in text.unicodeScalars {
            if scalar.value < 32 || scalar.value == 127 {
                bytes += Array("\\u{\(String(scalar.value, radix: 16))}".utf8)
            } else {
                bytes += Array(String(scalar).utf8)
            }
        }
        return bytes
    }
}
