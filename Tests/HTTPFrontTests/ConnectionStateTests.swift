// Weir
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Testing

@testable import HTTPFront

/// When a connection closes, decided without any channel or clock.
@Suite struct ConnectionStateTests {
    private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

    private static func at(_ seconds: Int64) -> NIODeadline { Self.start + .seconds(seconds) }

    private static func opened() -> ConnectionState {
        ConnectionState(
            .init(
                read: .seconds(10), answer: .seconds(30), idle: .seconds(100), drain: .seconds(4),
                bodyBytesMax: 100),
            now: Self.start)
    }

    @Test func deadlineFollowsThePhases() {
        var state = Self.opened()
        #expect(state.deadline == Self.at(10))
        state.headRead(isKeepAlive: true, now: Self.at(5))
        #expect(state.deadline == Self.at(15))
        state.endRead(now: Self.at(6))
        #expect(state.deadline == Self.at(36))
        let outcome1 = state.answerSent(now: Self.at(7))
        #expect(!outcome1)
        #expect(state.deadline == Self.at(107))
        state.headRead(isKeepAlive: true, now: Self.at(50))
        #expect(state.deadline == Self.at(60))
    }

    @Test func earlyAnswerDoesNotProlongAnUpload() {
        var state = Self.opened()
        state.headRead(isKeepAlive: true, now: Self.at(1))
        let outcome2 = state.answerSent(now: Self.at(2))
        #expect(!outcome2)
        #expect(state.deadline == Self.at(11))
        state.endRead(now: Self.at(3))
        #expect(state.deadline == Self.at(103))
    }

    @Test func bodiesAreBoundedEach() {
        var state = Self.opened()
        state.headRead(isKeepAlive: true, now: Self.at(1))
        let outcome3 = state.bodyRead(bytes: 60)
        #expect(outcome3)
        let outcome4 = state.bodyRead(bytes: 40)
        #expect(outcome4)
        let outcome5 = state.bodyRead(bytes: 1)
        #expect(!outcome5)
        state.headRead(isKeepAlive: true, now: Self.at(1))
        let outcome6 = state.bodyRead(bytes: 100)
        #expect(outcome6)
    }

    @Test func lastAnswerCloses() {
        var state = Self.opened()
        state.headRead(isKeepAlive: false, now: Self.at(1))
        #expect(state.isLast)
        state.endRead(now: Self.at(1))
        let outcome7 = state.answerSent(now: Self.at(2))
        #expect(outcome7)
        // An answer to what was no request.
        var other = Self.opened()
        let outcome8 = other.answerSent(now: Self.at(1))
        #expect(outcome8)
    }

    @Test func drainWaitsForPipelinedAnswersButNotLong() {
        var state = Self.opened()
        state.headRead(isKeepAlive: true, now: Self.at(1))
        state.endRead(now: Self.at(1))
        state.headRead(isKeepAlive: true, now: Self.at(1))
        state.endRead(now: Self.at(1))
        let outcome9 = state.drain(now: Self.at(2))
        #expect(!outcome9)
        #expect(state.deadline == Self.at(6))
        let outcome10 = state.answerSent(now: Self.at(3))
        #expect(!outcome10)
        #expect(state.deadline == Self.at(6))
        let outcome11 = state.answerSent(now: Self.at(4))
        #expect(outcome11)
        var idle = Self.opened()
        let outcome12 = idle.drain(now: Self.at(1))
        #expect(outcome12)
    }
}
