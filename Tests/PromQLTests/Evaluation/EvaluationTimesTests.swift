// Weir
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import PromQL

@Suite struct EvaluationTimesTests {
    private func all(_ times: EvaluationTimes) -> [Int64] {
        var result: [Int64] = []
        var next = times.first
        while let time = next, result.count < 100 {
            result.append(time)
            next = times.after(time)
        }
        return result
    }

    @Test func stepsGoUpToTheEnd() {
        #expect(self.all(EvaluationTimes(start: 0, end: 10, step: 5)) == [0, 5, 10])
        #expect(self.all(EvaluationTimes(start: 0, end: 9, step: 5)) == [0, 5])
        #expect(self.all(EvaluationTimes(at: 7)) == [7])
        #expect(self.all(EvaluationTimes(start: 1, end: 0, step: 5)).isEmpty)
        #expect(self.all(EvaluationTimes(start: .max - 1, end: .max, step: .max)) == [.max - 1])
        #expect(self.all(EvaluationTimes(start: 0, end: 3, step: -1)) == [0, 1, 2, 3])
    }

    private static let subqueries: [(Int64, Int64, Int64, [Int64], [Int64])] = [
        // At, range, offset; the times with a step of 10 in Prometheus 3, and in 2.
        (95, 30, 0, [70, 80, 90], [70, 80, 90]),
        (90, 30, 0, [70, 80, 90], [60, 70, 80, 90]),
        (95, 30, 5, [70, 80, 90], [60, 70, 80, 90]),
        (5, 20, 0, [-10, 0], [-10, 0]),
        (-10, 20, 0, [-20, -10], [-30, -20, -10]),
        (3, 2, 0, [], []),
    ]

    @Test(arguments: Self.subqueries)
    func subqueryTimesAreMultiplesOfTheStep(
        _ at: Int64, _ range: Int64, _ offset: Int64, _ three: [Int64], _ two: [Int64]
    ) {
        let times = EvaluationTimes(at: at)
        #expect(
            self.all(times.ofSubquery(range: range, offset: offset, step: 10, dialect: .scripts))
                == three)
        #expect(
            self.all(
                times.ofSubquery(range: range, offset: offset, step: 10, dialect: .prometheus2))
                == two)
    }
}
