// Weir
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import HTTPFront

@Suite struct HealthReportTests {
    typealias Component = HealthReport.Component

    @Test func remoteFaultsDegradeAndNeverUnready() {
        let report = HealthReport(components: [
            Component(name: "store", state: .healthy),
            Component(name: "chain/base", state: .unhealthy, isRemote: true),
            Component(name: "chain/gnosis", state: .unhealthy, isRemote: true),
        ])
        #expect(report.state == .degraded)
        #expect(report.isReady)
    }

    @Test func ownFaultMakesUnhealthyAndUnready() {
        let report = HealthReport(components: [
            Component(name: "store", state: .unhealthy, detail: "the disk is full")
        ])
        #expect(report.state == .unhealthy)
        #expect(!report.isReady)
        #expect(
            String(decoding: report.probeJSON("ready", report.isReady), as: UTF8.self)
                == "{\"ready\":false,\"because\":[\"store: the disk is full\"]}\n")
    }

    @Test func aDeadLoopIsUnhealthyAndAStartIsUnready() {
        #expect(HealthReport(components: [], isLive: false).state == .unhealthy)
        let starting = HealthReport(components: [], hasStarted: false)
        #expect(starting.state == .healthy)
        #expect(!starting.isReady)
    }

    @Test func reportIsWrittenAsJSON() {
        let report = HealthReport(components: [
            Component(name: "chain/b\"se", state: .degraded, detail: "lag", isRemote: true)
        ])
        #expect(
            String(decoding: report.json(version: "1.0"), as: UTF8.self)
                == """
                {"status":"degraded","live":true,"ready":true,"started":true,"version":"1.0",\
                "components":[{"name":"chain/b\\"se","status":"degraded","remote":true,\
                "detail":"lag"}]}

                """)
    }
}
