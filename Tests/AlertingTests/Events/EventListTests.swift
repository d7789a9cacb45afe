// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
import EVMPrimitives
import Testing

@testable import Alerting

/// What stands under `lists`.
@Suite struct EventListTests {
    private func read(_ text: String) -> (lists: [EventList], faults: [String]) {
        var lists: [EventList] = []
        do {
            let tree = try ConfigLoader(
                surroundings: ConfigSurroundings(variables: [:]) { _, _ in .failure(.missing) }
            ).load(text: text)
            _ = try tree.read { root -> Bool? in
                lists = EventListReader().read(root)
                return true
            }
            return (lists, [])
        } catch {
            return (lists, error.list.map(\.description))
        }
    }

    @Test func listsWithAndWithoutNames() throws {
        let (lists, faults) = self.read(
            """
            lists:
              operators: { mine: "0x0000000000000000000000000000000000001111" }
              blocked: ["0x0000000000000000000000000000000000002222"]
              one: 5_000
              words: [late, "0x12"]
              none: []
            """)
        #expect(faults == [])
        #expect(lists.map(\.name) == ["operators", "blocked", "one", "words", "none"])
        #expect(lists[0].items.first?.name == "mine")
        #expect(lists[0].items.first?.value == .address(EventLab.mine))
        #expect(lists[1].items.first?.name == nil)
        #expect(lists[2].items.map(\.value) == [.integer(5000)])
        #expect(lists[3].items.map(\.value) == [.text("late"), .text("0x12")])
        #expect(lists[4].items.isEmpty)
    }

    @Test(arguments: [
        ("lists: { a-b: [x] }", "a list's name is made of"),
        ("lists: { 1a: [x] }", "a list's name"),
        ("lists: { a: [[x]] }", "found a list"), ("lists: [x]", "expected a section"),
        ("lists: { a: [\"0x000000000000000000000000000000000000111g\"] }", "is no address"),
        ("lists: { a: [\"0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed\"] }", "the checksum of"),
    ])
    func faultOfAList(text: String, fault: String) {
        let (lists, faults) = self.read(text)
        #expect(faults.count == 1)
        #expect(faults.first?.contains(fault) == true, "\(faults)")
        #expect(lists.isEmpty)
    }
}
