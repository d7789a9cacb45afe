// Weir
// SPDX-License-Identifier: Apache-2.0

/// What is worth knowing of an endpoint after a restart: its learnt range and the day's credits.
package struct EndpointMemory: Sendable, Equatable {
    /// The most blocks that one `eth_getLogs` may cover, as a refusal told.
    package struct LearntRange: Sendable, Equatable {
        /// Providers raise limits and plans change: after a week the limit is tried again.
        static let secondsValid: Int64 = 7 * 86_400

        package var blocks: UInt64
        /// The Unix time at which it was told.
        package var learntAt: Int64

        package init(blocks: UInt64, learntAt: Int64) {
            self.blocks = max(1, blocks)
            self.learntAt = learntAt
        }

        /// Whether it still counts. One from the future does not: some clock is wrong.
        func isValid(at unixSeconds: Int64) -> Bool {
            let (age, overflow) = unixSeconds.subtractingReportingOverflow(self.learntAt)
            return !overflow && age >= -86_400 && age < Self.secondsValid
        }
    }

    package var range: LearntRange?
    /// Credits used on a day, counted from 1970-01-01; nil where none were.
    package var credits: UInt64?
    package var day: Int64

    package init(range: LearntRange? = nil, credits: UInt64? = nil, day: Int64 = 0) {
        self.range = range
        self.credits = credits
        self.day = day
    }

    /// `range=1000@1800000000 credits=12345@20833`; what is not known is left out.
    package var text: String {
        var parts: [String] = []
        if let range { parts.append("range=\(range.blocks)@\(range.learntAt)") }
        if let credits { parts.append("credits=\(credits)@\(self.day)") }
        return parts.joined(separator: " ")
    }

    /// Reads such a text. What does not read is as if it had not been learnt.
    package init(_ text: String) {
        self.init()
        for part in text.split(separator: " ") {
            let pair = part.split(separator: "=", maxSplits: 1)
            guard pair.count == 2 else { continue }
            let numbers = pair[1].split(separator: "@", maxSplits: 1)
            guard numbers.count == 2, let value = UInt64(numbers[0]), let at = Int64(numbers[1])
            else { continue }
            switch pair[0] {
            case "range" where value > 0: self.range = LearntRange(blocks: value, learntAt: at)
            case "credits":
                self.credits = value
                self.day = at
            default: break
            }
        }
    }
}
