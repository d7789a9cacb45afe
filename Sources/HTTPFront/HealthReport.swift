// Weir
// SPDX-License-Identifier: Apache-2.0

import JSONBytes

/// How Weir is, for probes and people.
///
/// What fails outside (a chain's endpoints, a channel for notifications) degrades Weir and never
/// makes it unhealthy or unready: that is when its metrics are needed most.
package struct HealthReport: Sendable, Equatable {
    package enum State: String, Sendable, Hashable, CaseIterable {
        case healthy, degraded, unhealthy
    }

    /// One part of Weir, or one thing outside that it depends on.
    package struct Component: Sendable, Equatable {
        /// For example `store` or `chain/base`.
        package let name: String
        package let state: State
        /// One sentence for people; no secret, no URL.
        package let detail: String?
        /// Whether its failing is a fault of something outside.
        package let isRemote: Bool

        package init(name: String, state: State, detail: String? = nil, isRemote: Bool = false) {
            self.name = name
            self.state = state
            self.detail = detail
            self.isRemote = isRemote
        }

        /// What the component makes of the whole.
        package var weight: State {
            self.isRemote && self.state == .unhealthy ? .degraded : self.state
        }
    }

    package var components: [Component]
    /// Whether the loops still turn; if not, a restart helps.
    package var isLive: Bool
    /// Whether configuration and store are read and the chains are being followed.
    package var hasStarted: Bool

    package init(components: [Component], isLive: Bool = true, hasStarted: Bool = true) {
        self.components = components
        self.isLive = isLive
        self.hasStarted = hasStarted
    }

    /// The worst of the components, as they weigh.
    package var state: State {
        guard self.isLive else { return .unhealthy }
        let weights = self.components.map(\.weight)
        return weights.contains(.unhealthy)
            ? .unhealthy : weights.contains(.degraded) ? .degraded : .healthy
    }

    /// Whether requests can be answered; not a matter of anything remote.
    package var isReady: Bool {
        self.hasStarted && !self.components.contains { $0.weight == .unhealthy }
    }

    /// The whole report as JSON.
    package func json(version: String) -> [UInt8] {
        var json = JSONWriter(reserving: 256)
        json.beginObject()
        json.key("status")
        json.string(self.state.rawValue)
        json.key("live")
        json.bool(self.isLive)
        json.key("ready")
        json.bool(self.isReady)
        json.key("started")
        json.bool(self.hasStarted)
        json.key("version")
        json.string(version)
        json.key("components")
        json.beginArray()
        for component in self.components { Self.write(component, to: &json) }
        json.endArray()
        json.endObject()
        json.endLine()
        return json.bytes
    }

    /// The answer to a probe: `{"ready":false,"because":["store: …"]}`.
    package func probeJSON(_ name: StaticString, _ passes: Bool) -> [UInt8] {
        var json = JSONWriter(reserving: 64)
        json.beginObject()
        json.key(name)
        json.bool(passes)
        if !passes {
            json.key("because")
            json.beginArray()
            if !self.isLive { json.string("a loop has stopped turning") }
            if !self.hasStarted { json.string("not started yet") }
            for component in self.components where component.weight == .unhealthy {
                json.string(component.name + (component.detail.map { ": " + $0 } ?? ""))
            }
            json.endArray()
        }
        json.endObject()
        json.endLine()
        return json.bytes
    }

    private static func write(_ component: Component, to json: inout JSONWriter) {
        json.beginObject()
        json.key("name")
        json.string(component.name)
        json.key("status")
        json.string(component.state.rawValue)
        json.key("remote")
        json.bool(component.isRemote)
        if let detail = component.detail {
            json.key("detail")
            json.string(detail)
        }
        json.endObject()
    }
}
