// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
import EVMABI
import Economy

/// Reads `values` of the contracts: which argument of an event is its value.
struct EventValueReader {
    let events: EventDirectory

    /// Amounts of tokens by decades.
    static let buckets: [Double] = [
        0.001, 0.01, 0.1, 1, 10, 100, 1_000, 10_000, 100_000, 1_000_000,
    ]

    init(_ events: EventDirectory) {
        self.events = events
    }

    func read(
        _ drafts: [ContractDraft]
    ) -> [(chain: String, definition: EventValueDefinition)] {
        var result: [(chain: String, definition: EventValueDefinition)] = []
        for draft in drafts {
            var seen: Set<Int> = []
            for (name, section) in draft.section.sections("values") {
                let argument = section.scalar("argument", expected: "the name of an argument")
                let decimals = section.int("decimals", in: 0...255, default: 18)
                let buckets = section.value("buckets", .buckets, default: Self.buckets)
                let event = self.events.event("\(draft.alias).\(name)") {
                    section.fail($0, advice: $1)
                }
                guard let argument, let event,
                    let (parameter, isSigned) = EventDirectory.integer(argument, of: event.layout)
                else { continue }
                let value = EventValue(
                    parameter: parameter, decimals: UInt8(clamping: decimals), isSigned: isSigned)
                for slot in event.slots {
                    guard seen.insert(slot).inserted else {
                        section.fail(
                            "the value of this event is declared above", advice: "keep one of them")
                        break
                    }
                    result.append(
                        (
                            event.chain,
                            EventValueDefinition(slot: slot, value: value, buckets: buckets)
                        )
                    )
                }
            }
        }
        return result
    }
}
