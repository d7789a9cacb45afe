// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMABI
import EVMPrimitives
import Testing

@testable import Economy

/// Shows what event series are called, and that stored states go only to the series they are of.
@Suite struct EventsTrackerTests {
    private func definition(_ events: String...) throws -> EconomyDefinition {
        let contract = CatalogContract(
            alias: "Market", address: Address(words: 1, 2, 3),
            events: try events.map { try HumanABI.parseEvent($0) })
        return EconomyDefinition(chain: "base", catalog: try EventCatalog([contract]))
    }

    @Test func anEventIsCalledByItsNameUnlessTheNameIsOverloaded() throws {
        let definition = try self.definition(
            "event JobPosted(uint256 indexed id)",
            "event JobPosted(uint256 indexed id, address by)",
            "event Paused(address account)")
        #expect(
            EventsTracker.labels(definition)
                == ["JobPosted(uint256)", "JobPosted(uint256,address)", "Paused"])
    }

    @Test func keysTellLayoutsOfOneSignatureApart() throws {
        let definition = try self.definition(
            "event AddedOwner(address owner)", "event AddedOwner(address indexed owner)")
        let keys = EventsTracker.keys(definition)
        #expect(Set(keys).count == keys.count)
        #expect(keys.count == EventsTracker(definition).states.count)
    }

    @Test func aStateOfAnotherKindOrPlaceIsNotTaken() throws {
        let definition = try self.definition("event Paused(address account)")
        var tracker = EventsTracker(definition)
        let before = tracker
        let count = tracker.states.count
        for (state, index) in [
            (SeriesState.gauge(.one), 0), (.count(1), count),
            (.histogram(ValueHistogram(bounds: 2)), 0),
        ] {
            let isTaken = tracker.restore(state, at: index)
            #expect(!isTaken)
        }
        #expect(tracker == before)
        let isCount = tracker.restore(.count(7), at: 0)
        let isReason = tracker.restore(.count(3), at: 1 + EventsTracker.index(0, .topicCount))
        #expect(isCount && isReason)
        #expect(tracker.counts == [7])
        #expect(tracker.undecoded[EventsTracker.index(0, .topicCount)] == 3)
    }
}
