// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainSimulator
import CurlTransport
import EVMRPC
import Synchronization

/// A simulated node and the time it lives in. Nothing waits: who sleeps moves the time to the end of
/// the sleep, and with it the chain.
///
/// The chain takes a number of steps, then stands still and answers without faults, so that every
/// run has an end that can be compared with the truth.
final class SimulatedWorld: Sendable {
    private struct State {
        var node: SimulatedNode
        var now = Duration.zero
        var nextStep: Duration
        var stepsLeft: Int
        var failure: SimulationError?
        var alarm: (request: UInt64, ring: @Sendable () -> Void)?
    }

    private let state: Mutex<State>
    private let interval: Duration
    /// Faults stay to the end where this is set.
    private let faultsStay: Bool

    init(
        _ parameters: SimulationParameters, faults: FaultPlan, steps: Int,
        prehistory: UInt64, faultsStay: Bool = false
    ) throws {
        let interval = Duration.seconds(Int64(parameters.blockTime))
        self.interval = interval
        self.faultsStay = faultsStay
        self.state = Mutex(
            State(
                node: try SimulatedNode(parameters, prehistory: prehistory, faults: faults),
                nextStep: interval, stepsLeft: steps))
    }

    var chain: SimulatedChain { self.state.withLock { $0.node.chain } }
    var requests: UInt64 { self.state.withLock { $0.node.requests } }
    var now: Duration { self.state.withLock { $0.now } }
    /// The chain will not change any more.
    var isStill: Bool { self.state.withLock { $0.stepsLeft == 0 } }
    var failure: SimulationError? { self.state.withLock { $0.failure } }

    /// Moves the time forward, and the chain with it; never back.
    func pass(until time: Duration) {
        self.state.withLock { state in
            state.now = max(state.now, time)
            while state.stepsLeft > 0, state.nextStep <= state.now {
                state.nextStep += self.interval
                state.stepsLeft -= 1
                do throws(SimulationError) {
                    _ = try state.node.chain.advance()
                } catch {
                    state.failure = error
                }
            }
            if state.stepsLeft == 0, !self.faultsStay { state.node.faults = .none }
        }
    }

    func pass(_ duration: Duration) { self.pass(until: self.now + duration) }

    /// Answers, and rings the alarm where this was its request.
    func answer(_ body: [UInt8]) -> HTTPAnswer {
        let (answer, ring) = self.state.withLock { state in
            let answer = state.node.answer(body)
            guard let alarm = state.alarm, state.node.requests >= alarm.request else {
                return (answer, nil as (@Sendable () -> Void)?)
            }
            state.alarm = nil
            return (answer, alarm.ring)
        }
        ring?()
        return answer
    }

    /// Rings once that many requests were answered.
    func setAlarm(_ request: UInt64, _ ring: @escaping @Sendable () -> Void) {
        self.state.withLock { $0.alarm = (request, ring) }
    }

    /// The time of this world as the follower sees it.
    var clock: RPCClock {
        RPCClock(
            now: { self.now },
            unixSeconds: { 1_750_000_000 + self.now.components.seconds },
            sleep: { duration in
                let end = self.now + duration
                await Task.yield()
                try Task.checkCancellation()
                self.pass(until: end)
            })
    }
}

/// The node behind the seam that real endpoints stand behind.
struct SimulatedTransport: RPCTransport {
    let world: SimulatedWorld

    func send(_ body: [UInt8]) async throws(TransportError) -> HTTPResponse {
        await Task.yield()
        if Task.isCancelled { throw .cancelled }
        let answer = self.world.answer(body)
        switch answer.ending {
        case .closed: throw .connectionLost(host: "simulated")
        case .truncated: throw .truncated(host: "simulated")
        case .whole: break
        }
        var bytes = answer.body
        bytes.reserveCapacity(bytes.count + HTTPResponse.spareCapacity)
        return HTTPResponse(
            status: answer.status,
            headers: HTTPHeaders(answer.headers.map { ($0.name, $0.value) }), body: bytes)
    }
}
