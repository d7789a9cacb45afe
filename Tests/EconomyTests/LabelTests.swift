// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import MetricsRegistry
import Testing
import WeirTestSupport

@testable import Economy

@Suite("Labels from outside")
struct LabelTests {
    /// The label that a model's bytes become.
    private func label(_ model: [UInt8]) throws -> String {
        var script = Script(try Market(kinds: ["jobs_posted_total"]))
        try script.commit(
            1, at: 1, [.posted(id: .one, client: .zero, payment: .one, model: model)])
        let labels = script.samples("jobs_posted_total").keys
        #expect(labels.count == 1)
        return try #require(labels.first?.first)
    }

    @Test(arguments: [
        ("llama", "llama"), ("", ""), ("日本", "日本"), ("a b\"c\\d", "a b\"c\\d"),
        ("zero\u{0}byte", "zero byte"), ("two\r\nlines\t", "two  lines "),
        ("a\u{1f}b", "a b"), ("\u{7f}\u{85}\u{9f}", "   "), ("50%1f", "50%1f"),
        ("\u{301}mark", "\u{301}mark"), ("e\u{301}", "e\u{301}"), ("\u{e9}", "\u{e9}"),
    ])
    func textIsKeptByItsBytesWithoutControls(model: String, label: String) throws {
        #expect(try Array(self.label(Array(model.utf8)).utf8) == Array(label.utf8))
    }

    @Test func longTextIsCutByScalars() throws {
        #expect(try self.label(Array(repeating: 0x78, count: 10_000)).utf8.count == 64)
        let marks = "a" + String(repeating: "\u{300}", count: 5_000)
        #expect(try self.label(Array(marks.utf8)).unicodeScalars.count == 64)
        let wide = String(repeating: "\u{1f980}", count: 5_000)
        #expect(try self.label(Array(wide.utf8)).utf8.count == 256)
    }

    @Test func textThatIsNotUTF8IsHex() throws {
        #expect(try self.label([0xff, 0x00, 0x41]) == "0xff0041")
        let long = try self.label(Array(repeating: 0xff, count: 10_000))
        #expect(long == "0x" + String(repeating: "ff", count: 32))
    }

    /// Texts that `String` holds for equal are two series, as in the exposition.
    @Test func canonicallyEqualTextsAreSeriesOfTheirOwn() throws {
        var script = Script(try Market(kinds: ["jobs_posted_total"]))
        let models = ["\u{e9}", "e\u{301}", "e\u{301}"].map { Array($0.utf8) }
        try script.commit(
            1, at: 1,
            models.map { .posted(id: .one, client: .zero, payment: .one, model: $0) })
        let states = script.settle(1).states.filter { $0.tracker == "metric/jobs_posted_total" }
        #expect(states.map(\.key) == ["series/%c3%a9", "series/e%cc%81"])
        #expect(
            states.map(\.value) == [
                StateCoding.encode(.count(1)), StateCoding.encode(.count(2)),
            ])
    }

    @Test(arguments: 0..<30)
    func anyValuesComeBackFromTheirKey(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for _ in 0..<50 {
            let values = (0..<Int.random(in: 1...4, using: &random)).map { _ in
                let scalars = (0..<Int.random(in: 0...6, using: &random)).map { _ in
                    [
                        Unicode.Scalar(UInt8.random(in: 0...255, using: &random)), "\u{301}", "%",
                        "日",
                    ]
                    .randomElement(using: &random) ?? "a"
                }
                return String(String.UnicodeScalarView(scalars))
            }
            let text = SeriesKey.text(of: values)
            #expect(text.utf8.allSatisfy { (0x20..<0x7f).contains($0) || $0 == 0x1f })
            let back = try #require(SeriesKey.values(of: text, count: values.count))
            #expect(back.map { Array($0.utf8) } == values.map { Array($0.utf8) })
            #expect(SeriesKey.values(of: text, count: values.count + 1) == nil)
            #expect("series/\(text)".dropping("series/") == text)
        }
    }

    @Test(arguments: ["%", "%c", "%zz", "%C3%a9", "%61", "%ff", "\u{e9}", "a\u{0}", "a\u{1f}b"])
    func keyOfAnotherFormIsNone(text: String) {
        #expect(SeriesKey.values(of: text, count: 1) == nil)
        #expect(SeriesKey.values(of: text, count: 0) == nil)
    }

    @Test func labelsBeyondTheBudgetFoldIntoOtherAndTotalsStayExact() throws {
        var script = Script(try Market(modelsMax: 3))
        var random = SeededRandom(seed: 11)
        var posted = 0
        for number in 1...30 as ClosedRange<UInt64> {
            let happenings = (0..<10).map { _ in
                let model = "model-\(Int.random(in: 0..<50, using: &random))"
                return Happening.posted(
                    id: .one, client: .zero, payment: .one, model: Array(model.utf8))
            }
            try script.commit(number, at: number, happenings)
            posted += 10
            if number % 3 == 0 { script.revert(to: number - 1) }
        }
        func sum(_ family: String) -> Double {
            script.samples(family).values.reduce(0) { total, value in
                guard case .number(let number) = value else { return total }
                return total + number.doubleValue
            }
        }
        #expect(sum("jobs_posted_total") == Double(posted))
        #expect(sum("jobs_posted_reverted_total") == 100)
        let labels = Set(script.samples("jobs_posted_total").keys)
        #expect(labels.count == 4 && labels.contains(["other"]))
    }

    @Test func everyLabelOfAFoldedSeriesIsOther() throws {
        var script = Script(try Market())
        let happenings = (1...6).map {
            Happening.transfer(
                isNFT: $0 % 2 == 0, from: Address(words: 0, 0, $0), to: .zero, value: .max)
        }
        try script.commit(1, at: 1, happenings)
        let samples = script.samples("transferred_units_total")
        #expect(samples.count == 4)
        #expect(
            samples[["other", "other"]] == .number(.double(3 * U256.max.scaledDouble(decimals: 0))))
    }
}
