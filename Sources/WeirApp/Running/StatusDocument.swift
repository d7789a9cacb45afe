// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import EVMRPC
import HTTPFront
import JSONBytes

/// What a running instance tells of itself: `/api/v1/status`, `/health` and the landing page.
struct StatusDocument: Sendable {
    var version: String
    var uptime: Duration
    var chains: [(status: ChainStatus, endpoints: [EndpointPool.Health])]

    /// The JSON document of `/api/v1/status`. Block numbers are JSON numbers, hashes hex text.
    var json: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("version")
        writer.string(self.version)
        writer.key("uptimeSeconds")
        writer.uint(self.uptime.milliseconds / 1_000)
        writer.key("chains")
        writer.beginArray()
        for (status, endpoints) in self.chains {
            writer.beginObject()
            Self.write(status, to: &writer)
            writer.key("endpoints")
            writer.beginArray()
            for endpoint in endpoints {
                Self.write(endpoint, to: &writer)
            }
            writer.endArray()
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    private static func write(_ endpoint: EndpointPool.Health, to writer: inout JSONWriter) {
        func optional(_ key: String, _ value: UInt64?) {
            writer.key(key)
            if let value { writer.uint(value) } else { writer.null() }
        }
        writer.beginObject()
        writer.key("name")
        writer.string(endpoint.endpoint)
        writer.key("ready")
        writer.bool(endpoint.isReady)
        writer.key("weight")
        writer.int(endpoint.weight)
        writer.key("failures")
        writer.int(endpoint.failures)
        writer.key("lastError")
        if let reason = endpoint.reason { writer.string(reason) } else { writer.null() }
        optional("restSeconds", endpoint.rest.map { ($0.milliseconds + 999) / 1_000 })
        optional("logRangeBlocks", endpoint.rangeLimit)
        writer.key("credits")
        writer.beginObject()
        writer.key("usedToday")
        writer.uint(endpoint.credits.used)
        optional("perDay", endpoint.credits.perDay)
        writer.key("forecastToday")
        writer.uint(endpoint.credits.endOfDay)
        optional("secondsUntilSpent", endpoint.credits.secondsUntilSpent)
        writer.key("secondsUntilReset")
        writer.uint(endpoint.credits.secondsLeft)
        writer.endObject()
        writer.endObject()
    }

    private static func write(_ status: ChainStatus, to writer: inout JSONWriter) {
        writer.key("name")
        writer.string(status.name)
        writer.key("id")
        writer.uint(status.id.rawValue)
        writer.key("state")
        writer.string(status.phase)
        writer.key("up")
        writer.bool(status.isUp)
        writer.key("halted")
        if let reason = status.haltReason { writer.string(reason) } else { writer.null() }
        for (key, anchor) in [
            ("head", status.latest), ("safe", status.safe), ("finalized", status.finalized),
            ("settled", status.settled), ("processed", status.processed),
        ] as [(String, BlockAnchor?)] {
            writer.key(key)
            guard let anchor else {
                writer.null()
                continue
            }
            writer.beginObject()
            writer.key("number")
            writer.uint(anchor.number.rawValue)
            writer.key("hash")
            writer.string(anchor.hash.description)
            writer.key("timestamp")
            writer.uint(anchor.timestamp.rawValue)
            writer.endObject()
        }
        writer.key("behind")
        writer.uint(status.behind)
        writer.key("reorgs")
        writer.uint(status.reorgs)
        writer.key("events")
        writer.uint(status.events)
        writer.key("eventsReverted")
        writer.uint(status.revertedEvents)
    }

    /// Healthy chains are up and not halted; a chain in trouble never makes Weir unready, since
    /// that is when its metrics are needed.
    var health: HealthReport {
        HealthReport(
            components: self.chains.map { status, _ in
                HealthReport.Component(
                    name: "chain/\(status.name)", state: status.health,
                    detail: status.haltReason ?? status.trouble,
                    isRemote: true)
            })
    }

    var rows: [ChainSummary] {
        self.chains.map { status, _ in
            ChainSummary(
                name: status.name, chainID: status.id.rawValue, state: status.health,
                headBlock: status.latest?.number.rawValue,
                processedBlock: status.processed?.number.rawValue, events: status.events,
                note: status.haltReason ?? status.trouble ?? status.phase)
        }
    }
}

extension ChainStatus {
    /// How many blocks the processed one is behind the head.
    var behind: UInt64 {
        guard let latest, let processed else { return 0 }
        return latest.number.distance(above: processed.number)
    }

    /// Why the chain is not up; nil while it is.
    fileprivate var trouble: String? {
        if self.isDisproved { return "no endpoint gives what the chain proves" }
        return self.isUp ? nil : "the node does not answer"
    }

    var health: HealthReport.State {
        if self.haltReason != nil { return .unhealthy }
        return self.isUp ? .healthy : .degraded
    }
}
