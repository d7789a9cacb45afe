// Weir
// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// Decides how long a connection may live, and when it closes; knows no channel and no clock.
///
/// A connection is always in one of three phases, each with a deadline:
/// 1. reading: left when the request has come in whole;
/// 2. answering: left when the last answer has been handed to the system;
/// 3. idle: left when the next request begins.
struct ConnectionState {
    struct Limits: Sendable {
        var read: TimeAmount
        var answer: TimeAmount
        var idle: TimeAmount
        var drain: TimeAmount
        var bodyBytesMax: Int
    }

    private let limits: Limits
    /// When the connection closes if nothing happens.
    private(set) var deadline: NIODeadline
    /// The answer under way is the last one.
    private(set) var isLast = false
    /// A request's head has come in and its end has not.
    private var isReading = false
    private var unanswered = 0
    private var bodyBytes = 0
    private var bodyBytesMax: Int
    private var isDraining = false

    init(_ limits: Limits, now: NIODeadline) {
        self.limits = limits
        self.bodyBytesMax = limits.bodyBytesMax
        self.deadline = now + limits.read
    }

    /// - Parameter bodyBytesMax: the longest body of this request; nil: that of all.
    mutating func headRead(isKeepAlive: Bool, bodyBytesMax: Int? = nil, now: NIODeadline) {
        self.bodyBytesMax = bodyBytesMax ?? self.limits.bodyBytesMax
        self.isReading = true
        self.unanswered += 1
        self.bodyBytes = 0
        if !isKeepAlive { self.isLast = true }
        self.extend(to: now + self.limits.read)
    }

    /// False if the body is too long, and the connection is to be closed.
    mutating func bodyRead(bytes: Int) -> Bool {
        self.bodyBytes += bytes
        return self.bodyBytes <= self.bodyBytesMax
    }

    mutating func endRead(now: NIODeadline) {
        self.isReading = false
        self.extend(to: now + (self.unanswered > 0 ? self.limits.answer : self.limits.idle))
    }

    /// True if the connection is to be closed.
    mutating func answerSent(now: NIODeadline) -> Bool {
        // An answer without a request is the refusal of bytes that are no HTTP.
        guard self.unanswered > 0 else { return true }
        self.unanswered -= 1
        guard self.unanswered == 0 else { return false }
        if self.isLast { return true }
        if !self.isReading { self.extend(to: now + self.limits.idle) }
        return false
    }

    /// No further request is wanted; true if the connection is to be closed at once.
    mutating func drain(now: NIODeadline) -> Bool {
        self.isDraining = true
        self.isLast = true
        self.deadline = min(self.deadline, now + self.limits.drain)
        return self.unanswered == 0
    }

    private mutating func extend(to deadline: NIODeadline) {
        if !self.isDraining { self.deadline = deadline }
    }
}
