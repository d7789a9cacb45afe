// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import WeirTestSupport

@testable import Notifiers

@Suite struct Base64Tests {
    /// RFC 4648 §10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
        ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
    ])
    func vectors(text: String, expected: String) {
        #expect(Base64.encode(Array(text.utf8)) == expected)
        #expect(Base64.decode(expected) == Array(text.utf8))
    }

    @Test func agreesWithTheSystem() {
        let seed: UInt64 = 64
        var random = SeededRandom(seed: seed)
        for count in 0..<200 {
            let bytes = random.bytes(count)
            let text = Base64.encode(bytes)
            #expect(text == Data(bytes).base64EncodedString(), "seed \(seed)")
            #expect(Base64.decode(text) == bytes, "seed \(seed)")
            #expect(Base64.decode(String(text.prefix { $0 != "=" })) == bytes, "seed \(seed)")
        }
    }

    @Test(arguments: [
        "A", "Zg=", "Zg===", "Zg==Zg==", "Zh==", "Zm9=", "Z g=", "Zm9v\n", "Zm9-", "=", "====", "é",
    ])
    func refusesWhatIsNone(text: String) {
        #expect(Base64.decode(text) == nil)
    }
}
