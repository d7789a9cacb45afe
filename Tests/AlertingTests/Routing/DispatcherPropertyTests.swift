// Weir
// SPDX-License-Identifier: Apache-2.0

import PromQL
import Testing
import WeirTestSupport

@testable import Alerting

@Suite struct DispatcherPropertyTests {
    /// Thousands of streams, told the same by the dispatcher and by the naive one.
    @Test(arguments: UInt64(0)..<10)
    func agreesWithTheNaiveOne(block: UInt64) throws {
        var count = 0
        for seed in (block * 100)..<(block * 100 + 100) {
            var random = RandomRouting(seed: seed)
            let configuration = try random.configuration()
            var dispatcher = Dispatcher(configuration, at: 0, offset: { _, _ in nil })
            var naive = NaiveDispatcher(configuration)
            var time: Timestamp = 0
            for step in 0..<40 {
                time += random.step()
                var told: [String] = []
                var expected: [String] = []
                while let deadline = dispatcher.nextDeadline, deadline < time {
                    #expect(naive.nextDeadline == deadline, "seed \(seed), step \(step)")
                    told += dispatcher.advance(to: deadline).map(\.comparable)
                    expected += naive.advance(to: deadline)
                }
                if random.chance(12) {
                    let silence = try random.silence(at: time)
                    if (try? dispatcher.silences.set(silence, newID: "\(step)", at: time)) != nil {
                        naive.silences.append(silence)
                    }
                }
                let alerts = (0..<Int.random(in: 0...4, using: &random.random)).map { _ in
                    random.alert(at: time)
                }
                dispatcher.receive(alerts, at: time)
                naive.receive(alerts, at: time)
                told += dispatcher.advance(to: time).map(\.comparable)
                expected += naive.advance(to: time)
                #expect(told == expected, "seed \(seed), step \(step)")
                guard told == expected else { return }
                count += told.count
            }
        }
        #expect(count > 500, "the streams tell of something")
    }

    /// What must hold of every stream, however it is restarted.
    @Test(arguments: [nil, 3, 1] as [Int?])
    func nothingIsLostOrToldTwice(restartOneIn: Int?) throws {
        for seed in UInt64(5000)..<5050 {
            var random = RandomRouting(seed: seed)
            let configuration = try random.configuration(isPlain: true)
            var dispatcher = Dispatcher(configuration, at: 0, offset: { _, _ in nil })
            var store = MemoryStore()
            var checker = ToldChecker(configuration, seed: seed)
            var time: Timestamp = 0
            for _ in 0..<60 {
                time += random.step()
                checker.told(dispatcher.run(to: time))
                let alerts = (0..<Int.random(in: 0...3, using: &random.random)).map { _ in
                    random.alert(at: time)
                }
                for alert in alerts { checker.sent(alert, at: time) }
                checker.told(dispatcher.send(alerts, at: time))
                try store.apply(dispatcher.takeChanges())
                if let restartOneIn, random.chance(restartOneIn) {
                    dispatcher = Dispatcher(
                        configuration, restoring: try store.state(), at: time,
                        offset: { _, _ in nil })
                    checker.restarted(at: time)
                }
            }
            // All that fires ends, and is told to have.
            let end = time + 24 * RoutingLab.hour
            checker.told(dispatcher.run(to: end))
            checker.finish(at: end)
            #expect(dispatcher.alerts.isEmpty, "seed \(seed)")
        }
    }

    /// With changes slow enough to be seen each, a restart at any step changes nothing of what is
    /// told, but for the moment.
    @Test func restartAtAnyStepChangesNothingTold() throws {
        for seed in UInt64(9000)..<9006 {
            let steps = 12
            func told(restartAt step: Int?) throws -> [String] {
                var random = RandomRouting(seed: seed)
                var configuration = try random.configuration(isPlain: true)
                configuration.resolveTimeout = 1000 * RoutingLab.hour
                var dispatcher = Dispatcher(configuration, at: 0, offset: { _, _ in nil })
                var store = MemoryStore()
                var told: [AlertNotification] = []
                for index in 0..<steps {
                    let time = Timestamp(index) * 20 * RoutingLab.minute
                    told += dispatcher.run(to: time)
                    var alerts: [Alert] = []
                    for _ in 0..<3 {
                        var alert = random.alert(at: time)
                        if let end = alert.endsAt, end > time { alert.endsAt = nil }
                        // Of one alert two changes at once are told as one, or none.
                        if !alerts.contains(where: { $0.labels == alert.labels }) {
                            alerts.append(alert)
                        }
                    }
                    dispatcher.receive(alerts, at: time)
                    if index == step {
                        try store.apply(dispatcher.takeChanges())
                        dispatcher = Dispatcher(
                            configuration, restoring: try store.state(), at: time,
                            offset: { _, _ in nil })
                    } else if step != nil {
                        try store.apply(dispatcher.takeChanges())
                    }
                    told += dispatcher.advance(to: time)
                }
                told += dispatcher.run(to: Timestamp(steps) * 20 * RoutingLab.minute)
                // The changes that each receiver was told of each alert, in their order.
                return ToldChecker.changes(told)
            }
            let expected = try told(restartAt: nil)
            #expect(!expected.isEmpty)
            for step in 0..<steps {
                #expect(try told(restartAt: step) == expected, "seed \(seed), step \(step)")
            }
        }
    }

    /// The checker finds what it looks for.
    @Test func checkerFindsFaults() throws {
        let tree = RouteTree(RouteOptions(receiver: "ops"))
        let configuration = RoutingConfiguration(routes: tree)
        let alert = RoutingLab.alert("A", endsAt: RoutingLab.hour)
        func notification(
            _ cause: AlertNotification.Cause, _ time: Timestamp, endsAt: Timestamp? = nil
        ) -> AlertNotification {
            AlertNotification(
                id: "\(time)", receiver: "ops", groupKey: "{}:{}", groupLabels: .empty,
                alerts: [RoutingLab.alert("A", endsAt: endsAt)], cause: cause, time: time)
        }
        let streams: [[AlertNotification]] = [
            [notification(.firing, 30_000), notification(.firing, 60_000)],
            [notification(.firing, 30_000), notification(.repetition, 60_000)],
            [notification(.resolved, 30_000, endsAt: 30_000)],
            [notification(.firing, 30_000), notification(.firing, 30_000, endsAt: 0)],
            [],
        ]
        for stream in streams {
            withKnownIssue {
                var checker = ToldChecker(configuration, seed: 0)
                checker.sent(alert, at: 0)
                checker.told(stream)
                checker.finish(at: RoutingLab.hour)
            }
        }
    }
}
