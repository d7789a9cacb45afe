// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// A mail as python's `email` reads it: the judge of what we write.
struct ParsedMail: Decodable {
    let headers: [[String]]
    let type: String
    let parts: [Part]
    let defects: [String]
    let to: [[String]]

    struct Part: Decodable {
        let type: String
        let text: String
    }

    func header(_ name: String) -> String? {
        self.headers.first { $0[0].lowercased() == name.lowercased() }?[1]
    }

    var text: String { self.parts.first { $0.type == "text/plain" }?.text ?? "" }
    var html: String { self.parts.first { $0.type == "text/html" }?.text ?? "" }

    private static let script = """
        import email, email.policy, email.utils, json, sys
        m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
        parts, defects = [], [str(d) for d in m.defects]
        for p in m.walk():
            defects += [str(d) for d in p.defects]
            for name, value in p.items():
                defects += [f"{name}: {d!r}" for d in getattr(value, "defects", [])]
            if not p.is_multipart():
                parts.append({"type": p.get_content_type(), "text": p.get_content().replace("\\r\\n", "\\n")})
        print(json.dumps({
            "headers": [[k, str(v)] for k, v in m.items()], "type": m.get_content_type(),
            "parts": parts, "defects": defects,
            "to": [list(pair) for pair in email.utils.getaddresses(m.get_all("to", []))]}))
        """

    static func parse(_ bytes: [UInt8]) throws -> ParsedMail {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", Self.script]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        let writing = Thread {
            try? input.fileHandleForWriting.write(contentsOf: Data(bytes))
            try? input.fileHandleForWriting.close()
        }
        writing.start()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return try JSONDecoder().decode(ParsedMail.self, from: data)
    }
}
