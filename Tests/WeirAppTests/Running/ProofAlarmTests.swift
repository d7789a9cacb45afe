// Weir
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import WeirApp

/// When the operator is told that no endpoint can be believed.
@Suite struct ProofAlarmTests {
    @Test func theOperatorIsToldAtOnceAndAgainWhileItLasts() {
        var alarm = ProofAlarm()
        var told: [Bool] = []
        for now in [1_000, 2_000, 300_999, 301_000, 301_001] as [UInt64] {
            told.append(alarm.disproved(isOfLogs: true, at: now))
        }
        #expect(told == [true, false, false, true, false])
        #expect(alarm.isRaised)
    }

    @Test func alarmsThatComeAndGoAreNotToldEachTime() {
        var alarm = ProofAlarm()
        var told: [Bool] = []
        for now in [0, 1, 9_999, 10_000, 10_001] as [UInt64] {
            told.append(alarm.disproved(isOfLogs: true, at: now))
            #expect(alarm.isRaised)
            let ended = alarm.answered(isOfLogs: true)
            #expect(ended && !alarm.isRaised)
        }
        #expect(told == [true, false, false, true, false])
    }

    @Test func headsDoNotEndAnAlarmAboutLogs() {
        var alarm = ProofAlarm()
        _ = alarm.disproved(isOfLogs: true, at: 0)
        _ = alarm.disproved(isOfLogs: false, at: 1)
        let byHeads = alarm.answered(isOfLogs: false)
        #expect(!byHeads && alarm.isRaised)
        let byLogs = alarm.answered(isOfLogs: true)
        let again = alarm.answered(isOfLogs: true)
        #expect(byLogs && !again && !alarm.isRaised)
    }

    @Test func headsEndAnAlarmAboutHeads() {
        var alarm = ProofAlarm()
        let told = alarm.disproved(isOfLogs: false, at: 2)
        let ended = alarm.answered(isOfLogs: false)
        #expect(told && ended && !alarm.isRaised)
    }
}
