// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
package import EVMPrimitives
package import WeirPorts

/// What an endpoint can do, as found by asking it: the substance of `weir doctor`.
package struct EndpointReport: Sendable, Equatable {
    /// An answer, or why there is none.
    package typealias Finding<Value: Sendable & Equatable> = Result<Value, ChainClientError>

    package struct Head: Sendable, Equatable {
        package var number: BlockNumber
        package var hash: Hash256
        /// Seconds between the block's time and the machine's clock; negative for a block ahead.
        package var ageSeconds: Int64
    }

    /// Whether something works.
    package enum Ability: Sendable, Equatable {
        case works
        case lacks(ChainClientError)
        /// It could not be tried: there was no block to try it on.
        case untried
    }

    package var endpoint: String
    package var chainID: Finding<ChainID>
    package var clientVersion: Finding<String>
    package var networkVersion: Finding<String>
    /// Absent tags are unknown to the node.
    package var heads: Finding<[HeadTag: Head]>
    package var batch: Ability
    package var blockReceipts: Ability
    package var logsByBlockHash: Ability
    /// `eth_call` with a block hash (EIP-1898).
    package var callByBlockHash: Ability
    /// Nil where it was not asked for, or there was no head.
    package var logRange: LogRangeLimit?
    /// The median of single small requests; nil where none succeeded.
    package var medianLatency: Duration?
    /// The mean time between the last blocks, in milliseconds; nil where it is not known.
    package var blockMilliseconds: UInt64?
    package var requests: Int
}

/// Makes such a report.
package struct EndpointInspector: Sendable {
    /// Nil leaves the range limit out.
    package var probe: LimitProbe?
    /// How many requests are timed.
    package var latencySamples: Int

    package init(probe: LimitProbe? = LimitProbe(), latencySamples: Int = 5) {
        self.probe = probe
        self.latencySamples = max(1, latencySamples)
    }

    /// Asks one thing after the other; never fails, as each finding holds its own error.
    package func inspect(_ client: JSONRPCClient) async -> EndpointReport {
        let chainID = await Self.finding { () throws(ChainClientError) in
            try await client.chainID()
        }
        let version = await Self.finding { () throws(ChainClientError) in
            try await client.clientVersion()
        }
        let network = await Self.finding { () throws(ChainClientError) in
            try await client.networkVersion()
        }
        let headers = await Self.finding { () throws(ChainClientError) in
            try await client.heads(HeadTag.allCases)
        }
        let unixSeconds = client.clock.unixSeconds()
        var report = EndpointReport(
            endpoint: client.endpoint.name, chainID: chainID, clientVersion: version,
            networkVersion: network,
            heads: headers.map { headers in
                headers.mapValues { header in
                    EndpointReport.Head(
                        number: header.number, hash: header.hash,
                        ageSeconds: -header.timestamp.seconds(
                            since: BlockTime(UInt64(max(0, unixSeconds)))))
                }
            },
            batch: await Self.batch(client), blockReceipts: .untried, logsByBlockHash: .untried,
            callByBlockHash: .untried, logRange: nil, medianLatency: nil, requests: 0)
        report.medianLatency = await self.latency(client)
        report.requests = 5 + self.latencySamples
        guard case .success(let found) = headers, let latest = found[.latest] else { return report }
        report.blockMilliseconds = await Self.blockTime(client, latest)
        report.requests += 1
        report.blockReceipts = await Self.receipts(client, latest.ref)
        report.logsByBlockHash = await Self.ability(
            client, .logs(block: latest.hash, self.probe?.filter ?? LimitProbe().filter))
        report.callByBlockHash = await Self.ability(
            client, .call(to: Address(words: 0, 0, 4), data: [1], at: .hash(latest.hash)))
        report.requests += 3
        if let probe = self.probe {
            let limit = await probe.run(client, head: latest.number)
            report.logRange = limit
            report.requests += limit.requests
        }
        return report
    }

    private static func finding<Value: Sendable & Equatable>(
        _ ask: () async throws(ChainClientError) -> Value
    ) async -> EndpointReport.Finding<Value> {
        do throws(ChainClientError) {
            return .success(try await ask())
        } catch {
            return .failure(error)
        }
    }

    private static func ability(
        _ client: JSONRPCClient, _ call: RPCCall
    ) async -> EndpointReport.Ability {
        do throws(ChainClientError) {
            if case .null = try await client.one(call) {
                return .lacks(.behind(endpoint: client.endpoint.name, detail: "null"))
            }
            return .works
        } catch {
            return .lacks(error)
        }
    }

    private static func receipts(
        _ client: JSONRPCClient, _ block: BlockRef
    ) async -> EndpointReport.Ability {
        do throws(ChainClientError) {
            guard try await client.blockReceipts(block) != nil else {
                return .lacks(.behind(endpoint: client.endpoint.name, detail: "null"))
            }
            return .works
        } catch {
            return .lacks(error)
        }
    }

    /// Two calls in one body; an endpoint that had them sent apart has none.
    private static func batch(_ client: JSONRPCClient) async -> EndpointReport.Ability {
        let before = client.batchLimit
        do throws(ChainClientError) {
            _ = try await client.perform([.chainID, .blockNumber])
        } catch {
            return .lacks(error)
        }
        guard before > 1, client.batchLimit > 1 else {
            return .lacks(
                .unsupported(
                    endpoint: client.endpoint.name, method: "batch",
                    detail: "batches are refused or switched off"))
        }
        return .works
    }

    /// The mean over the last hundred blocks.
    private static func blockTime(
        _ client: JSONRPCClient, _ latest: BlockHeader
    ) async -> UInt64? {
        let before = latest.number.lowered(by: 100)
        guard before < latest.number,
            let header = try? await client.headers(before...before).first
        else { return nil }
        let seconds = UInt64(clamping: latest.timestamp.seconds(since: header.timestamp))
        let (milliseconds, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        guard !overflow, seconds > 0 else { return nil }
        return milliseconds / latest.number.distance(above: before)
    }

    private func latency(_ client: JSONRPCClient) async -> Duration? {
        var times: [Duration] = []
        for _ in 0..<self.latencySamples {
            let start = client.clock.now()
            if (try? await client.chainID()) != nil { times.append(client.clock.now() - start) }
        }
        times.sort()
        return times.isEmpty ? nil : times[times.count / 2]
    }
}
