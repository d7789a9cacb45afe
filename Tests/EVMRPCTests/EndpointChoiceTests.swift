// Weir
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import EVMRPC

/// Who is asked, as a value.
@Suite struct EndpointChoiceTests {
    typealias Candidate = EndpointChoice.Candidate

    @Test func rangesAreSharedByWeightAndSmoothly() {
        var choice = EndpointChoice(count: 3)
        let all = [
            Candidate(index: 0, weight: 5), Candidate(index: 1, weight: 2),
            Candidate(index: 2, weight: 1),
        ]
        var order: [Int] = []
        for _ in 0..<80 { order.append(choice.sharing(all) ?? -1) }
        #expect((0..<3).map { index in order.count { $0 == index } } == [50, 20, 10])
        #expect(Array(order.prefix(8)) == Array(order[8..<16]))
        for window in 0..<(order.count - 4) {
            #expect(Set(order[window...(window + 3)]).count > 1, "the heaviest alone for long")
        }
    }

    /// Over any run in which endpoints come and go, each gets its share of the turns that it was
    /// there for, give or take one round.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func sharesHoldWhileEndpointsComeAndGo(seed: UInt64) {
        var random = seed
        var choice = EndpointChoice(count: 2)
        var (first, second) = (0, 0)
        for _ in 0..<3000 {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let isFirstThere = random >> 62 != 0
            let candidates =
                (isFirstThere ? [Candidate(index: 0, weight: 3)] : [])
                + [Candidate(index: 1, weight: 1)]
            let chosen = choice.sharing(candidates)
            guard isFirstThere else {
                #expect(chosen == 1)
                continue
            }
            if chosen == 0 { first += 1 } else { second += 1 }
        }
        // Alone turns neither save up nor cost anything.
        let share = first * 1000 / (first + second)
        #expect((735...765).contains(share), "seed \(seed): \(share) of 1000")
    }

    @Test func anEmptyBudgetStandsBackWhileAnotherHasSome() {
        var choice = EndpointChoice(count: 2)
        let dry = Candidate(index: 0, weight: 9, wait: .seconds(2))
        for _ in 0..<5 { #expect(choice.sharing([dry, Candidate(index: 1)]) == 1) }
        #expect(choice.sharing([dry]) == 0)
        #expect(choice.sharing([dry, Candidate(index: 1, wait: .seconds(1))]) == 1)
        #expect(choice.sharing([]) == nil)
        #expect(EndpointChoice.forStep([dry, Candidate(index: 1)], source: nil) == 1)
        #expect(EndpointChoice.forStep([dry], source: nil) == 0)
    }

    @Test func aStepStaysWithTheEndpointThatNamedTheHead() {
        let all = [Candidate(index: 0, weight: 5), Candidate(index: 1), Candidate(index: 2)]
        #expect(EndpointChoice.forStep(all, source: nil) == 0)
        #expect(EndpointChoice.forStep(all, source: 2) == 2)
        #expect(EndpointChoice.forStep(Array(all.dropLast()), source: 2) == 0)
        #expect(EndpointChoice.forStep([], source: 2) == nil)
        // A short wait is no reason to mix two endpoints, a long one is.
        let short = Candidate(index: 2, wait: .milliseconds(200))
        #expect(EndpointChoice.forStep([all[0], short], source: 2) == 2)
        let long = Candidate(index: 2, wait: .seconds(1))
        #expect(EndpointChoice.forStep([all[0], long], source: 2) == 0)
    }
}
