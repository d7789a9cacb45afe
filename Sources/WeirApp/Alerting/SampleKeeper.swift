// Weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import EVMPrimitives
import Foundation
import PromQL
import WeirStore

/// Keeps the samples of the window in the store, so that ranges look back over a restart: a chunk under
/// the hash of its series and its first time; what no rule looks back to any more is deleted.
struct SampleKeeper: Sendable {
    /// The last time of each stored chunk, by key.
    private var chunks: [String: Int64] = [:]
    private var storedThrough = Int64.min

    /// What stands before the chunk of a stored value.
    private struct Head: Codable {
        var origin: String
        var labels: Labels
        var first: Int64
        var last: Int64
    }

    /// Puts stored samples into a window that has taken none yet.
    mutating func restore(
        _ stored: [(key: String, value: [UInt8])], into window: inout SampleWindow, now: Int64
    ) -> SampleWindow.Restored {
        var series: [Labels: (origin: String, chunks: [StoredChunk])] = [:]
        var unreadable = 0
        for (key, value) in stored {
            guard let split = value.firstIndex(of: 0x0a),
                let head = try? JSONDecoder().decode(Head.self, from: Data(value[..<split]))
            else {
                unreadable += 1
                // Deleted with the next changes.
                self.chunks[key] = .min
                continue
            }
            self.chunks[key] = head.last
            self.storedThrough = max(self.storedThrough, head.last)
            let chunk = StoredChunk(
                first: head.first, last: head.last, bytes: Array(value[(split + 1)...]))
            series[head.labels, default: (head.origin, [])].chunks.append(chunk)
        }
        var restored = window.restore(
            series.sorted { $0.key < $1.key }.map {
                StoredSamples(origin: $0.value.origin, labels: $0.key, chunks: $0.value.chunks)
            }, now: now)
        restored.refusedChunks += unreadable
        return restored
    }

    /// What a store has to write since the last call.
    mutating func changes(of window: SampleWindow, now: Int64) -> [AlertStateEntry] {
        var entries: [AlertStateEntry] = []
        for series in window.stored(after: self.storedThrough) {
            for chunk in series.chunks {
                let head = Head(
                    origin: series.origin, labels: series.labels, first: chunk.first,
                    last: chunk.last)
                guard let line = try? JSONEncoder().encode(head) else { continue }
                let key = Self.key(series.labels, chunk.first)
                self.chunks[key] = chunk.last
                entries.append(
                    AlertMemory.entry(ofSample: key, Array(line) + [0x0a] + chunk.bytes))
            }
        }
        self.storedThrough = max(self.storedThrough, now)
        let oldest = Self.oldest(window.needs, now: now)
        for (key, last) in self.chunks where last < oldest {
            self.chunks[key] = nil
            entries.append(AlertMemory.entry(ofSample: key, nil))
        }
        return entries
    }

    /// Before this no rule looks.
    private static func oldest(_ needs: SampleNeeds, now: Int64) -> Int64 {
        let span = needs.selectors.map(\.span).max() ?? 0
        let (time, overflow) = now.subtractingReportingOverflow(span)
        return overflow ? .min + 1 : max(.min + 1, time &- 120_000)
    }

    private static func key(_ labels: Labels, _ first: Int64) -> String {
        let hash = Keccak256.hash(text: labels.description)
        return Hex.encode(hash.bytes.prefix(16), prefix: false) + "/\(first)"
    }
}
