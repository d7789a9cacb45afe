// Weir
// SPDX-License-Identifier: Apache-2.0

import CurlTransport
import EVMPrimitives
import EVMRPC
import Logging
import ServiceLifecycle
import Synchronization
import WeirStore

/// Keeps what pools learn in the store, so that a restart does not learn it again: limits of
/// `eth_getLogs` at once, the day's credits every minute and at the end.
final class EndpointKeeper: Service {
    /// Before an endpoint's name, the key of its memory.
    static let prefix = "endpoint/"
    /// How often it is looked at what was learnt.
    static let interval = Duration.seconds(10)
    /// Every so many looks the credits are written too.
    static let looksPerCredits = 6

    private let pools: [(chain: ChainID, pool: EndpointPool)]
    private let store: WeirStore
    private let clock: RPCClock
    private let logger: Logger
    /// What stands in the store, by chain and endpoint.
    private let written = Mutex<[String: EndpointMemory]>([:])

    init(
        pools: [(chain: ChainID, pool: EndpointPool)], store: WeirStore, clock: RPCClock,
        logger: Logger
    ) {
        self.pools = pools
        self.store = store
        self.clock = clock
        self.logger = logger
    }

    /// What the store holds of endpoints, by their names.
    static func memories(in memory: [String: String]) -> [String: EndpointMemory] {
        var memories: [String: EndpointMemory] = [:]
        for (key, text) in memory where key.hasPrefix(Self.prefix) {
            memories[String(key.dropFirst(Self.prefix.count))] = EndpointMemory(text)
        }
        return memories
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var look = 0
            while (try? await self.clock.sleep(Self.interval)) != nil {
                look += 1
                await self.write(withCredits: look % Self.looksPerCredits == 0)
            }
        }
        await self.write(withCredits: true)
    }

    /// Writes what is new.
    func write(withCredits: Bool) async {
        for (chain, pool) in self.pools {
            for (name, memory) in pool.memories.sorted(by: { $0.key < $1.key }) {
                let key = "\(chain)/\(name)"
                let before = self.written.withLock { $0[key] } ?? EndpointMemory()
                guard withCredits ? memory.text != before.text : memory.range != before.range else {
                    continue
                }
                do {
                    try await self.store.remember(chain, Self.prefix + name, memory.text)
                    self.written.withLock { $0[key] = memory }
                } catch {
                    // It is learnt again if need be: no reason to stop.
                    self.logger.debug(
                        "an endpoint's memory was not stored", metadata: ["error": "\(error)"])
                }
            }
        }
    }
}
