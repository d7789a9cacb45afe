// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainSimulator
import ConfigTree
import CurlTransport
import EVMPrimitives
import EVMSignatures
import Economy
import Foundation
import HTTPFront
import JSONBytes
import Logging
import SQLiteDriver
import SimulatorServer
import Synchronization
import Testing
import WeirStore

@testable import WeirApp

/// Vouchers of a running instance: real HTTP, real signatures, a real store, a simulated chain.
@Suite struct VoucherDeskTests {
    private static let token = "a-token-of-this-test-only"
    private static let contract = SimulatedContract.paymentChannels.address
    private static let abi = """
        event ChannelOpened(uint256 indexed channelId, address indexed sender, address indexed receiver, uint256 deposit)
        event ChannelToppedUp(uint256 indexed channelId, address indexed sender, uint256 amount)
        event ChannelClosing(uint256 indexed channelId, address indexed receiver, uint256 voucherAmount, uint256 deadline)
        event ChannelClosed(uint256 indexed channelId, uint256 paid, uint256 refunded)
        """

    /// The account that acts under a number in the simulated economy.
    private static func key(_ index: Int) throws -> PrivateKey {
        try PrivateKey(bytes: Keccak256.hash(text: "weir simulator account \(index)").bytes)
    }

    private static func yaml(_ parameters: SimulationParameters, port: Int, more: String) -> String
    {
        """
        server: { listen: "127.0.0.1:0", vouchers_token: "${env:TOKEN}" }
        chains:
          sim:
            id: \(parameters.chainID.rawValue)
            start: 1
            endpoints: [{ name: node, url: "http://127.0.0.1:\(port)" }]
        contracts:
          Pay: { chain: sim, address: "\(Self.contract)", abi: pay.abi }
        tokens: { T: { chain: sim, address: "\(SimulatedContract.fabToken.address)", decimals: 18 } }
        trackers:
          channels:
            hub:
              token: T
              opened: { event: Pay.ChannelOpened, channel: channelId, payer: sender, payee: receiver, amount: deposit }
              deposit: { event: Pay.ChannelToppedUp, channel: channelId, amount: amount }
              closing: { event: Pay.ChannelClosing, channel: channelId, by: receiver, amount: voucherAmount, deadline: deadline }
              settled: { event: Pay.ChannelClosed, channel: channelId, to_payer: refunded, to_payee: paid }
              voucher:
                type: "Voucher(uint256 channelId,uint256 amount)"
                domain: { name: Pay, chain_id: \(parameters.chainID.rawValue), contract: "\(Self.contract)" }
                fields: { channel: channelId, amount: amount }
              \(more)
        """
    }

    private static func scheme(_ parameters: SimulationParameters) throws -> VoucherScheme {
        let type = try TypedDataTypes.parse("Voucher(uint256 channelId,uint256 amount)")
        return try VoucherScheme(
            form: .eip712, types: type.types, primaryType: type.primary,
            domain: TypedDataDomain(
                name: "Pay", chainID: U256(parameters.chainID.rawValue),
                contract: Self.contract),
            roles: VoucherScheme.Roles(channel: "channelId", amount: "amount"))
    }

    /// A signed voucher as a document on one line.
    private static func voucher(
        _ scheme: VoucherScheme, _ channel: UInt64, _ amount: String, by index: Int,
        domain: String = ""
    ) throws -> String {
        let fields: [String: TypedValue] = [
            "channelId": .word(U256(channel)), "amount": .text(amount),
        ]
        let signature = try Self.key(index).sign(hash: scheme.digest(completing: fields))
        return "{\"message\":{\"channelId\":\(channel),\"amount\":\"\(amount)\"},\(domain)"
            + "\"signature\":\"\(Hex.encode(signature.bytes))\"}"
    }

    /// A running instance and what a client says to it.
    private struct Client: Sendable {
        let url: String
        let curl: CurlClient

        func post(
            _ body: String, token: String? = VoucherDeskTests.token, query: String = ""
        ) async throws -> (status: Int, json: JSONValue) {
            let headers = token.map {
                [RequestHeader("Authorization", "Bearer \($0)")]
            }
            let response = try await self.curl.send(
                HTTPRequest(
                    method: .post, url: EndpointURL(self.url + "api/v1/vouchers" + query),
                    headers: headers ?? [], body: Array(body.utf8)))
            return (Int(response.status), try JSONValue(parsing: response.body))
        }

        func verdicts(_ body: String) async throws -> [String] {
            try await self.post(body).json["vouchers"]?.array?.compactMap {
                $0["verdict"]?.string
            } ?? []
        }

        /// The sum of a family's samples.
        func metric(_ name: String) async throws -> Double {
            let response = try await self.curl.send(
                HTTPRequest(method: .get, url: EndpointURL(self.url + "metrics")))
            return String(decoding: response.body, as: UTF8.self).split(separator: "\n")
                .filter { $0.hasPrefix(name + "{") }
                .compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }
                .reduce(0, +)
        }
    }

    /// Runs an instance until its chain is read, and then `body`.
    private static func live(
        _ configuration: WeirConfiguration, _ body: (Client) async throws -> Void
    ) async throws {
        let app = try await App(
            configuration, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let address = Mutex<String?>(nil)
        let running = Task {
            try await app.run { listening in address.withLock { $0 = listening.url } }
        }
        let deadline = ContinuousClock.now + .seconds(120)
        var isRead = false
        while !isRead, ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(10))
            guard let url = address.withLock({ $0 }),
                let status = try? await InstanceStatus.ask(url),
                let chain = try? JSONValue(parsing: status.json)["chains"]?[0]
            else { continue }
            let head = chain["head"]?["number"]?.uint64
            isRead = head != nil && head == chain["processed"]?["number"]?.uint64
        }
        let curl = CurlClient()
        let result: Result<Void, any Error>
        do {
            try #require(isRead)
            let url = try #require(address.withLock { $0 })
            try await body(Client(url: url, curl: curl))
            result = .success(())
        } catch { result = .failure(error) }
        await curl.shutdown()
        running.cancel()
        _ = try await running.value
        try result.get()
    }

    /// A configuration with its folder, which is gone afterwards, on a chain that stands still.
    private static func withChain(
        more: String = "", files: [String: String] = [:],
        _ body: (WeirConfiguration, SimulationParameters) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("weir-vouchers-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in files {
            try text.write(
                to: folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
        }
        let parameters = SimulationParameters(seed: 5)
        let node = try SimulatorServer(
            .init(parameters: parameters, faults: .none, prehistory: 500, interval: nil))
        let port = try await node.start()
        do {
            let text = Self.yaml(
                parameters, port: port,
                more: more.replacingOccurrences(of: "FOLDER", with: folder.path))
            var configuration = try WeirConfiguration.load(
                text: text,
                surroundings: ConfigSurroundings(variables: ["TOKEN": Self.token]) { path, _ in
                    path.hasSuffix("pay.abi") ? .success(Array(Self.abi.utf8)) : .failure(.missing)
                }
            ).configuration
            configuration.storePath = folder.appendingPathComponent("weir.db").path
            try await body(configuration, parameters)
        } catch {
            await node.stop()
            throw error
        }
        await node.stop()
    }

    @Test func vouchersAreJudgedKeptAndCounted() async throws {
        try await Self.withChain { configuration, parameters in
            let scheme = try Self.scheme(parameters)
            var payers: [UInt64: Int] = [:]
            var stale = 0.0
            try await Self.live(configuration) { client in
                #expect(try await client.metric("weir_channels") > 0)
                #expect(try await client.metric("weir_channel_stale_closes_total") == 0)
                // Of all accounts only the payer of a channel may promise.
                let opened = try await client.metric("weir_channels_opened_total")
                try #require(opened >= 3)
                for channel in 1...min(12, UInt64(opened)) {
                    let all = try (0..<24).map {
                        try Self.voucher(scheme, channel, "1", by: $0)
                    }
                    let verdicts = try await client.verdicts(all.joined(separator: "\n"))
                    #expect(verdicts.count == 24)
                    let accepted = verdicts.indices.filter { verdicts[$0] == "accepted" }
                    #expect(accepted.count == 1)
                    #expect(verdicts.filter { $0 == "wrong_signer" }.count == 23)
                    payers[channel] = accepted.first
                }
                let payer = try #require(payers[1])
                let again = try Self.voucher(scheme, 1, "1", by: payer)
                #expect(try await client.verdicts(again) == ["older"])
                let newer = try Self.voucher(scheme, 1, "2", by: payer)
                #expect(try await client.verdicts(newer) == ["accepted"])
                // Channels that nobody has opened may be opened later.
                let unknown = try Self.voucher(scheme, 99_999, "7", by: 3)
                #expect(try await client.verdicts(unknown) == ["kept"])
                #expect(try await client.verdicts(unknown) == ["older"])
                // More than any closing carried.
                for (channel, payer) in payers {
                    let huge = String(repeating: "9", count: 40)
                    let voucher = try Self.voucher(scheme, channel, huge, by: payer)
                    #expect(try await client.verdicts(voucher) == ["accepted"])
                }
                stale = try await client.metric("weir_channel_stale_closes_total")
                #expect(stale > 0)
            }
            // After a restart, and after building all state again, the same is counted.
            try await Self.live(configuration) { client in
                #expect(try await client.metric("weir_channel_stale_closes_total") == stale)
                let voucher = try Self.voucher(scheme, 1, "2", by: try #require(payers[1]))
                #expect(try await client.verdicts(voucher) == ["older"])
            }
            let database = try SQLiteConnection(path: configuration.storePath)
            let store = try await WeirStore.prepare(database)
            #expect(try await store.vouchers(parameters.chainID).count == payers.count + 1)
            let chain = try #require(configuration.chains.first)
            try await store.rebuild(
                chain.id,
                by: EconomyBuilder(
                    chain.economy, chain: chain.id,
                    vouchers: try await store.learntVouchers(chain.id)))
            try await database.close()
            try await Self.live(configuration) { client in
                let rebuilt = try await client.metric("weir_channel_stale_closes_total")
                #expect(rebuilt == stale)
            }
        }
    }

    @Test func whatIsNoVoucherOfOursIsRefused() async throws {
        try await Self.withChain { configuration, parameters in
            let scheme = try Self.scheme(parameters)
            try await Self.live(configuration) { client in
                let good = try Self.voucher(scheme, 99_999, "7", by: 3)
                for token in [nil, "another-token-than-that"] as [String?] {
                    #expect(try await client.post(good, token: token).status == 401)
                }
                let cases = [
                    (good.replacingOccurrences(of: "\"7\"", with: "\"-7\""), "malformed"),
                    ("{\"a\":1}", "malformed"), ("rubbish", "malformed"), ("[]", "malformed"),
                    (
                        "{\"message\":{\"channelId\":1,\"amount\":\"1\"},\"signature\":\"0x"
                            + String(repeating: "00", count: 65) + "\"}", "bad_signature"
                    ),
                    (
                        try Self.voucher(
                            scheme, 99_999, "7", by: 3, domain: "\"domain\":{\"chainId\":1},"),
                        "wrong_chain"
                    ),
                    (
                        try Self.voucher(
                            scheme, 99_999, "7", by: 3,
                            domain: "\"domain\":{\"verifyingContract\":"
                                + "\"0x00000000000000000000000000000000000000aa\"},"),
                        "wrong_contract"
                    ),
                ]
                for (body, verdict) in cases {
                    let answer = try await client.post(body)
                    #expect(answer.status == 422, "\(body)")
                    #expect(answer.json["vouchers"]?[0]?["verdict"]?.string == verdict, "\(body)")
                    #expect(answer.json["vouchers"]?[0]?["reason"]?.string?.isEmpty == false)
                }
                #expect(try await client.post("").status == 400)
                #expect(try await client.post(good, query: "?network=none").status == 400)
                // One that is good among others is taken.
                let mixed = try await client.post("rubbish\n" + good, query: "?network=hub")
                #expect(mixed.status == 200)
                let verdicts = mixed.json["vouchers"]?.array?.compactMap { $0["verdict"]?.string }
                #expect(verdicts == ["malformed", "kept"])
                let long = String(repeating: " ", count: 1 << 20) + good
                #expect(try await client.post(long).status == 413)
            }
            let database = try SQLiteConnection(path: configuration.storePath)
            let kept = try await WeirStore.prepare(database).vouchers(parameters.chainID)
            try await database.close()
            #expect(kept.map(\.channel) == [99_999])
        }
    }

    @Test func filesAreReadAtTheStart() async throws {
        let parameters = SimulationParameters(seed: 5)
        let scheme = try Self.scheme(parameters)
        let text = try (0..<24).map { try Self.voucher(scheme, 1, "5", by: $0) }
            .joined(separator: "\n")
        try await Self.withChain(
            more: "vouchers: [\"FOLDER/one.ndjson\", \"FOLDER/missing.json\"]",
            files: ["one.ndjson": text + "\nrubbish"]
        ) { configuration, parameters in
            try await Self.live(configuration) { client in
                let deadline = ContinuousClock.now + .seconds(20)
                var verdicts: [String] = []
                repeat {
                    try await Task.sleep(for: .milliseconds(20))
                    let probe = try (0..<24).map {
                        try Self.voucher(scheme, 1, "4", by: $0)
                    }
                    verdicts = try await client.verdicts(probe.joined(separator: "\n"))
                } while !verdicts.contains("older") && ContinuousClock.now < deadline
                #expect(verdicts.filter { $0 == "older" }.count == 1)
            }
        }
    }
}
