// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import PromQL

@Suite struct QueryValueJSONTests {
    @Test func shapesAreThoseOfTheAPI() {
        let labels = Labels([("__name__", "up"), ("job", "a\"b")])
        #expect(
            QueryValue.scalar(0.5).json(at: 1_435_781_451_781)
                == #"{"resultType":"scalar","result":[1435781451.781,"0.5"]}"#)
        #expect(
            QueryValue.string("a\nb").json(at: 2000)
                == #"{"resultType":"string","result":[2,"a\nb"]}"#)
        #expect(
            QueryValue.vector([VectorSample(labels: labels, time: 1050, value: 1)]).json(at: 0)
                == #"{"resultType":"vector","result":[{"metric":{"__name__":"up","job":"a\"b"},"#
                + #""value":[1.050,"1"]}]}"#)
        #expect(
            QueryValue.matrix([
                Series(
                    labels: .empty,
                    points: [Point(time: 0, value: .infinity), Point(time: -1, value: 1e21)])
            ]).json(at: 0)
                == #"{"resultType":"matrix","result":[{"metric":{},"#
                + #""values":[[0,"+Inf"],[-0.001,"1e+21"]]}]}"#)
        #expect(
            QueryValue.vector([]).json(at: 0) == #"{"resultType":"vector","result":[]}"#)
    }

    private static let numbers: [(Double, String)] = [
        (0.0, "0"), (-0.0, "-0"), (1e20, "100000000000000000000"), (1e21, "1e+21"),
        (1.5e-6, "0.0000015"), (1e-7, "1e-07"), (-1.25e-9, "-1.25e-09"), (0.1, "0.1"),
        (123_456_789.125, "123456789.125"), (.nan, "NaN"), (-.infinity, "-Inf"),
        (.leastNonzeroMagnitude, "5e-324"), (1.7976931348623157e308, "1.7976931348623157e+308"),
    ]

    @Test(arguments: Self.numbers)
    func numbersAreWrittenAsPrometheusDoes(_ value: Double, _ text: String) {
        #expect(
            QueryValue.scalar(value).json(at: 0)
                == #"{"resultType":"scalar","result":[0,"\#(text)"]}"#)
    }

    @Test func anyTextStaysValid() throws {
        for value in [
            "\u{0}\u{1}\u{1f}", "\u{2028}\u{2029}", "\u{1f600}\u{202e}", "\\\"'/", "\u{7f}\u{80}",
        ] {
            let json = QueryValue.string(value).json(at: 0)
            let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
            #expect((object?["result"] as? [Any])?.last as? String == value)
            #expect(!json.contains("\n"))
        }
    }

    @Test func sortedIsByLabels() {
        let samples = ["b", "a", "c"].map {
            VectorSample(labels: Labels([("l", $0)]), time: 0, value: 0)
        }
        guard case .vector(let sorted) = QueryValue.vector(samples).sorted() else { return }
        #expect(sorted.map { $0.labels["l"] } == ["a", "b", "c"])
    }
}
