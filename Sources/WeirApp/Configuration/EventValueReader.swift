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
        let shared = self.sharedBuckets(drafts)
        var result: [(chain: String, definition: EventValueDefinition)] = []
        for draft in drafts {
            var seen: Set<Int> = []
            for (name, section) in draft.section.sections("values") {
                let argument = section.scalar("argument", expected: "the name of an argument")
                let decimals = section.int("decimals", in: 0...255, default: 18)
                let buckets = section.value("buckets", .buckets, default: shared.bounds)
                if buckets != shared.bounds {
                    section.fail(
                        at: "buckets", "the buckets differ from those of \(shared.path)",
                        advice: "all declared values are one metric: write the same buckets, "
                            + "or only one of them")
                }
                let event = self.events.event("\(draft.alias).\(name)") {
                    section.fail($0, advice: $1)
                }
                guard let argument, let event,
                    let (parameter, _) = EventDirectory.integer(
                        argument, of: event.layout, unsigned: "a declared value is an amount",
                        advice: "make it a metric of type: gauge")
                else { continue }
                let value = EventValue(parameter: parameter, decimals: UInt8(clamping: decimals))
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

    /// The buckets that are written first; all declared values are one metric and share them.
    private func sharedBuckets(_ drafts: [ContractDraft]) -> (bounds: [Double], path: String) {
        for draft in drafts {
            for (_, section) in draft.section.sections("values") {
                guard let bounds = section.optional("buckets", .buckets) else { continue }
                return (bounds, section.path)
            }
        }
        return (Self.buckets, "")
    }
}
