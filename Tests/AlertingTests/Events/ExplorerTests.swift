// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMPrimitives
import Testing

@testable import Alerting

@Suite struct ExplorerTests {
    @Test func linksOfThePagesThatExplorersShare() throws {
        let explorer = try #require(Explorer("https://basescan.org/"))
        let hash = Hash256(U256(0xab))
        let zeros = String(repeating: "0", count: 62)
        #expect(explorer.transaction(hash) == "https://basescan.org/tx/0x\(zeros)ab")
        #expect(
            explorer.address(Address(truncating: 1))
                == "https://basescan.org/address/0x0000000000000000000000000000000000000001")
        #expect(explorer.block(7) == "https://basescan.org/block/7")
        #expect(Explorer("http://127.0.0.1:4000/x//")?.base == "http://127.0.0.1:4000/x")
    }

    @Test(arguments: [
        "", "basescan.org", "https://", "https:///", "ftp://a.b", "https://a.b?x=1",
        "https://a.b#x",
        "https://user@a.b", "https://a b", "https://a.b\n", "https://a.b)", "javascript:alert(1)",
        "https://" + String(repeating: "a", count: 300),
    ])
    func refuses(text: String) {
        #expect(Explorer(text) == nil)
    }
}
