// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import WeirTestSupport

@testable import CurlTransport

/// What libcurl connects to, rather than what we believe that it will: against a server on loopback
/// that must see nobody.
@Suite(.timeLimit(.minutes(2)))
struct AddressReachTests {
    private func error(
        _ client: CurlClient, _ host: String, _ port: Int, _ reach: AddressReach
    ) async -> TransportError? {
        do throws(TransportError) {
            _ = try await client.send(
                HTTPRequest(
                    method: .get, url: try EndpointURL("http://\(host):\(port)/"),
                    timeouts: HTTPTimeouts(connect: .seconds(5), total: .seconds(5), stall: nil),
                    reach: reach))
            return nil
        } catch {
            return error
        }
    }

    @Test func noFormOfLoopbackIsReachedByAnUntrustedRequest() async throws {
        let server = try LoopbackServer(answering: { _ in answer([]) })
        let client = directClient()
        for form in AddressForms.all(0x7f00_0001) + ["localhost", "[::1]", "0", "0.0.0.0"] {
            guard (try? EndpointURL("http://\(form):1/")) != nil else { continue }
            let error = await self.error(client, form, server.port, .publicOnly)
            guard case .forbiddenAddress = error else {
                Issue.record("\(form): \(String(describing: error))")
                continue
            }
        }
        #expect(server.connections == 0)
        #expect(await self.error(client, "127.1", server.port, .operatorChosen) == nil)
        #expect(server.connections == 1)
        await client.shutdown()
    }

    /// The resolver's answer is what the name stood for when it was checked, and another one now.
    @Test(arguments: ["127.0.0.1", "[::1]", "169.254.169.254", "10.1.2.3", "[::ffff:127.0.0.1]"])
    func nameThatStandsForAClosedAddressIsNotReached(address: String) async throws {
        let server = try LoopbackServer(answering: { _ in answer([]) })
        let client = directClient {
            $0.pinnedNames = ["rebound.example:\(server.port):\(address)"]
        }
        let error = await self.error(client, "rebound.example", server.port, .publicOnly)
        guard case .forbiddenAddress(host: "rebound.example", _) = error else {
            Issue.record("\(address): \(String(describing: error))")
            return
        }
        #expect(error?.isRetryable == false)
        #expect(server.connections == 0)
        await client.shutdown()
    }

    @Test func oneClosedAddressAmongOthersClosesTheName() async throws {
        let server = try LoopbackServer(answering: { _ in answer([]) })
        let client = directClient {
            $0.pinnedNames = ["two.example:\(server.port):127.0.0.2,127.0.0.1"]
        }
        let error = await self.error(client, "two.example", server.port, .publicOnly)
        #expect(error == .forbiddenAddress(host: "two.example", .loopback))
        #expect(server.connections == 0)
        #expect(await self.error(client, "two.example", server.port, .operatorChosen) == nil)
        await client.shutdown()
    }

    @Test func metadataAddressesAreClosedToTheOperatorToo() async throws {
        let client = directClient {
            $0.pinnedNames = ["innocent.example:80:169.254.169.254"]
        }
        #expect(
            await self.error(client, "innocent.example", 80, .operatorChosen)
                == .forbiddenAddress(host: "innocent.example", .linkLocal))
        #expect(
            await self.error(client, "0xa9fea9fe", 80, .operatorChosen)
                == .forbiddenAddress(host: "0xa9fea9fe", .linkLocal))
        await client.shutdown()
    }

    /// A connection that a trusted request opened and left is no way in.
    @Test func keptConnectionIsNotLentToAnUntrustedRequest() async throws {
        let server = try LoopbackServer(answering: { _ in answer([]) })
        let client = directClient {
            $0.pinnedNames = ["shared.example:\(server.port):127.0.0.1"]
        }
        #expect(await self.error(client, "shared.example", server.port, .operatorChosen) == nil)
        #expect(server.connections == 1)
        let error = await self.error(client, "shared.example", server.port, .publicOnly)
        #expect(error == .forbiddenAddress(host: "shared.example", .loopback))
        // The trusted one goes on with its own, on the same handle.
        #expect(await self.error(client, "shared.example", server.port, .operatorChosen) == nil)
        #expect(server.connections == 1)
        await client.shutdown()
    }

    @Test func untrustedRequestGoesThroughNoProxy() async throws {
        let proxy = try LoopbackServer(answering: { _ in answer([1]) })
        let url = try EndpointURL("http://127.0.0.1:\(proxy.port)")
        let client = CurlClient(
            configuration: CurlConfiguration(proxy: .fixed(url, except: "")))
        let closed = try LoopbackServer(answering: { _ in answer([]) })
        #expect(await self.error(client, "proxied.invalid", closed.port, .operatorChosen) == nil)
        #expect(proxy.connections == 1)
        let error = await self.error(client, "proxied.invalid", closed.port, .publicOnly)
        #expect(error != nil)
        #expect(proxy.connections == 1)
        #expect(await self.error(client, "proxied.invalid", closed.port, .operatorChosen) == nil)
        await client.shutdown()
    }
}
