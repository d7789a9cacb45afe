// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
package import ChainProofs
package import EVMPrimitives
import WeirPorts

/// Takes samples of a chain from each of its endpoints, for ``LevelTrial`` to judge.
package struct VerificationTrial: Sendable {
    /// The most blocks of an endpoint whose receipts are asked for.
    private static let samplesPerEndpoint = 4

    private let clients: [JSONRPCClient]
    private let chain: ChainID?

    /// - Parameter chain: endpoints of another one are left out; nil takes any.
    package init(_ clients: [JSONRPCClient], of chain: ChainID?) {
        self.clients = clients
        self.chain = chain
    }

    /// Recent blocks with transactions, as the endpoints show them: until `isEnough` says so, or all
    /// have answered. So an endpoint that hangs holds nobody up whom another one convinces.
    package func samples(
        until isEnough: ([LevelTrial.Sample]) -> Bool = { _ in false }
    ) async -> [LevelTrial.Sample] {
        await withTaskGroup(of: [LevelTrial.Sample].self) { group in
            for client in self.clients {
                group.addTask {
                    do throws(ChainClientError) {
                        return try await self.samples(of: client)
                    } catch {
                        // Who does not answer says nothing about the chain.
                        return []
                    }
                }
            }
            var samples: [LevelTrial.Sample] = []
            for await some in group {
                samples += some
                if isEnough(samples) { break }
            }
            group.cancelAll()
            return samples
        }
    }

    private func samples(
        of client: JSONRPCClient
    ) async throws(ChainClientError) -> [LevelTrial.Sample] {
        if let chain = self.chain {
            guard try await client.chainID() == chain else { return [] }
        }
        guard case .outline(let latest) = try await client.one(.outline(.latest)) else {
            return []
        }
        let numbers = Self.numbers(below: latest.header.number)
        var blocks: [BlockOutline] = []
        for outcome in try await client.perform(numbers.map { .outline($0) }) {
            if case .success(.outline(let block)) = outcome,
                block.header.receiptsRoot != BlockRoots.empty
            {
                blocks.append(block)
            }
        }
        var samples: [LevelTrial.Sample] = []
        for block in blocks.suffix(Self.samplesPerEndpoint) {
            var receipts: [Receipt]?
            do throws(ChainClientError) {
                receipts = try await client.receipts(of: [block]).first
            } catch {
                receipts = nil
            }
            samples.append(LevelTrial.Sample(block.header, receipts))
        }
        return samples
    }

    /// Which blocks are looked at: the sixteen before the head, which every replica has, and further
    /// ones, each twice as far, for a chain that is quiet now. Ascending.
    static func numbers(below head: BlockNumber) -> [BlockNumber] {
        let far: [UInt64] = [1_024, 512, 256, 128, 64, 32]
        let near: [UInt64] = (1...16).reversed()
        return (far + near).filter { $0 <= head.rawValue }.map { head.lowered(by: $0) }
    }
}
