// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import PromQL
import Testing

@testable import Alerting

@Suite struct SilenceBookTests {
    private func silence(
        _ matchers: String = "a=b", id: String = "", from start: Timestamp = 0,
        to end: Timestamp = 100_000
    ) throws -> Silence {
        Silence(
            id: id, matchers: try MatcherParser.parse(matchers), startsAt: start, endsAt: end,
            createdBy: "ann", comment: "moving")
    }

    @Test func silencesFromItsStartToItsEnd() throws {
        var book = SilenceBook()
        let id = try book.set(
            try self.silence(from: 10_000, to: 20_000), newID: "one", at: 5000)
        #expect(id == "one")
        let labels = RoutingLab.labels("a=b")
        #expect(
            [9999, 10_000, 19_999, 20_000].map { book.isSilenced(labels, at: $0) }
                == [false, true, true, false])
        #expect(book.silences(labels, at: 15_000) == ["one"])
        #expect(book.silences(RoutingLab.labels("a=c"), at: 15_000).isEmpty)
        #expect(
            [5000, 10_000, 20_000].map { book["one"]?.state(at: $0) }
                == [.pending, .active, .expired])
    }

    @Test func startInThePastIsNow() throws {
        var book = SilenceBook()
        _ = try book.set(try self.silence(from: 0), newID: "one", at: 5000)
        #expect(book["one"]?.startsAt == 5000)
        #expect(book["one"]?.updatedAt == 5000)
    }

    @Test func laterEndKeepsTheIDAndOtherMatchersDoNot() throws {
        var book = SilenceBook()
        _ = try book.set(try self.silence(), newID: "one", at: 0)
        let longer = try self.silence(id: "one", to: 200_000)
        #expect(try book.set(longer, newID: "two", at: 50_000) == "one")
        #expect(book["one"]?.endsAt == 200_000)
        let other = try self.silence("a=c", id: "one", to: 200_000)
        #expect(try book.set(other, newID: "two", at: 60_000) == "two")
        #expect(book["one"]?.state(at: 60_000) == .expired)
        #expect(book["two"]?.startsAt == 60_000)
    }

    @Test func expiredOneIsNotRevived() throws {
        var book = SilenceBook()
        _ = try book.set(try self.silence(), newID: "one", at: 0)
        try book.expire("one", at: 1000)
        try book.expire("one", at: 2000)
        #expect(book["one"]?.endsAt == 1000)
        #expect(try book.set(try self.silence(id: "one"), newID: "two", at: 3000) == "two")
        #expect(book["one"]?.endsAt == 1000)
    }

    @Test func pendingOneExpiresAtOnce() throws {
        var book = SilenceBook()
        _ = try book.set(try self.silence(from: 50_000), newID: "one", at: 0)
        try book.expire("one", at: 1000)
        #expect(book["one"]?.state(at: 1000) == .expired)
        #expect(book["one"]?.startsAt == 1000)
    }

    @Test func faults() throws {
        var book = SilenceBook()
        func expect(_ error: SilenceError, _ silence: Silence) {
            #expect(throws: error) { _ = try book.set(silence, newID: "n", at: 1000) }
        }
        var empty = try self.silence()
        empty.matchers = []
        expect(.noMatchers, empty)
        empty.matchers = Array(repeating: LabelMatcher("a", equals: "b"), count: 101)
        expect(.tooManyMatchers, empty)
        expect(.matchesEverything, try self.silence(#"a="",b=~".*""#))
        expect(.endsBeforeStart, try self.silence(from: 5000, to: 5000))
        expect(.endsInThePast, try self.silence(from: 0, to: 1000))
        expect(.notFound("x"), try self.silence(id: "x"))
        expect(
            .invalidName("a:b"), try self.silence("a:b=c"))
        expect(
            .textTooLong("a value"),
            try self.silence("a=" + String(repeating: "x", count: 5000)))
        #expect(throws: SilenceError.notFound("y")) { try book.expire("y", at: 0) }
        #expect(book.list(at: 0).isEmpty)
    }

    @Test func listIsSortedAndFiltered() throws {
        var book = SilenceBook()
        for (id, text, start, end) in [
            ("expired-1", "a=b", 0, 2000), ("expired-2", "a=b", 0, 3000),
            ("active-2", "a=c,d=e", 0, 60_000), ("active-1", "a=b", 0, 50_000),
            ("pending-2", "x=y", 30_000, 60_000), ("pending-1", #"a=~"b""#, 20_000, 60_000),
        ] as [(String, String, Timestamp, Timestamp)] {
            _ = try book.set(try self.silence(text, from: start, to: end), newID: id, at: 0)
        }
        func list(_ filter: String) throws -> [String] {
            book.list(filter: try MatcherParser.parse(filter), at: 10_000).map(\.id)
        }
        #expect(
            try list("") == [
                "active-1", "active-2", "pending-1", "pending-2", "expired-2", "expired-1",
            ])
        #expect(try list("a=b") == ["active-1", "pending-1", "expired-2", "expired-1"])
        #expect(try list("a=~\"b|c\",d=e") == ["active-2"])
        #expect(
            try list("x!=y") == [
                "active-1", "active-2", "pending-1", "expired-2", "expired-1",
            ])
        #expect(try list("a=\"\"") == ["pending-2"])
    }

    @Test func expiredOnesAreForgottenAfterFiveDays() throws {
        var book = SilenceBook()
        _ = try book.set(try self.silence(), newID: "one", at: 0)
        #expect(book.takeChanges().map(\.id) == ["one"])
        book.prune(at: 100_000 + SilenceBook.retention - 1)
        #expect(book["one"] != nil)
        book.prune(at: 100_000 + SilenceBook.retention)
        #expect(book["one"] == nil)
        let changes = book.takeChanges()
        #expect(changes.map(\.id) == ["one"] && changes[0].silence == nil)
        #expect(book.takeChanges().isEmpty)
    }

    @Test func silencesOfTheConfigurationStayAsTheyAre() throws {
        let configuration = try RoutingLab.configuration(
            """
            route: { receiver: default }
            silences:
              - matchers: ['alertname="Slow"']
                ends_at: 2026-12-01T00:00:00Z
                comment: the node moves
            """)
        let again = try RoutingLab.configuration(
            """
            route: { receiver: default }
            silences:
              - { matchers: [alertname=Slow], ends_at: "2026-12-01T01:00:00+01:00" }
            """)
        let id = try #require(configuration.silences.first?.id)
        #expect(id == again.silences.first?.id)
        var book = SilenceBook([], configured: configuration.silences)
        let end = try #require(InternetTime.time("2026-12-01T00:00:00Z"))
        #expect(book.isSilenced(RoutingLab.labels("Slow"), at: 0))
        #expect(!book.isSilenced(RoutingLab.labels("Slow"), at: end))
        #expect(book.list(at: 0).map(\.id) == [id])
        #expect(throws: SilenceError.configured(id)) { try book.expire(id, at: 0) }
        #expect(book.takeChanges().isEmpty)
    }

    @Test(arguments: [
        ("{ matchers: ['a=~\".*\"'] }", "it would silence every alert"),
        ("{ comment: all }", "it would silence every alert"),
        ("{ matchers: [a=b], ends_at: tomorrow }", "expected a time such as"),
        (
            "{ matchers: [a=b], starts_at: 2026-12-02T00:00:00Z, ends_at: 2026-12-01T00:00:00Z }",
            "it ends before it starts"
        ),
    ])
    func faultySilenceIsLeftOut(text: String, expected: String) {
        let (configuration, faults) = RoutingLab.read(
            "route: { receiver: default }\nsilences:\n  - \(text)\n  - { matchers: [a=b] }")
        #expect(faults.count == 1 && faults[0].contains(expected), "\(faults)")
        #expect(configuration?.silences.count == 1)
    }

    @Test func storedOneIsTheSame() throws {
        var silence = try self.silence(#"a=~"b|c",d!="e",f!~"g",h="i""#, id: "one")
        silence.updatedAt = 7
        let data = try JSONEncoder().encode(silence)
        #expect(try JSONDecoder().decode(Silence.self, from: data) == silence)
    }
}
