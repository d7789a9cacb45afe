// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainSimulator
import EVMABI
import EVMPrimitives
import Foundation
import WeirStore

/// What a store holds, in the words of the simulated truth.
enum StoredPlaces {
    /// Every stored log, with the name of its event.
    static func read(
        _ store: WeirStore, _ chain: ChainID
    ) async throws -> [SimulatedTruth.LogPlace] {
        var places: [SimulatedTruth.LogPlace] = []
        var names: [Address: [Hash256: String]] = [:]
        for contract in SimulatedContract.allCases {
            for event in contract.abi.events {
                names[contract.address, default: [:]][event.topic0] =
                    contract.alias + "." + event.name
            }
        }
        var above: BlockNumber?
        while let page = try await store.page(chain, above: above) {
            for entry in try page.logs(chain).entries {
                let topic = entry.topics.first ?? .zero
                places.append(
                    SimulatedTruth.LogPlace(
                        block: entry.block, logIndex: Int(entry.logIndex),
                        event: names[entry.address]?[topic] ?? "unknown"))
            }
            above = page.last.number
        }
        return places
    }
}

/// Where stores of tests stand.
enum Scratch {
    /// A folder in memory where there is one.
    static func folder() throws -> URL {
        let memory = URL(fileURLWithPath: "/dev/shm")
        let parent =
            FileManager.default.isWritableFile(atPath: memory.path)
            ? memory : FileManager.default.temporaryDirectory
        let url = parent.appendingPathComponent("weir-simulation-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        return url
    }
}
