// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ConfigTree
import EVMPrimitives
import EVMRPC
import EVMSignatures
import Economy
import Foundation
import HTTPFront
import JSONBytes
import Logging
import WeirStore

/// Takes signed vouchers in, from files and over HTTP: checks each, finds its tracker, and hands the
/// newer ones to the chain's follower.
struct VoucherDesk: Sendable {
    /// A tracker that takes vouchers.
    struct Network: Sendable {
        let name: String
        let intake: VoucherIntake
        let follower: ChainFollower
    }

    private let networks: [Network]
    private let clock: RPCClock
    private let logger: Logger

    init(_ followers: [ChainFollower], clock: RPCClock, logger: Logger) {
        self.networks = followers.flatMap { follower in
            follower.chain.definition.trackers.compactMap { tracker in
                tracker.vouchers.map {
                    Network(name: tracker.name, intake: $0, follower: follower)
                }
            }
        }
        self.clock = clock
        self.logger = logger
    }

    /// The route; nil where there is no token, or nothing that takes vouchers.
    func route(_ token: Secret?) -> VoucherRoute? {
        guard !self.networks.isEmpty, let token = token.flatMap({ BearerToken($0.reveal()) }) else {
            return nil
        }
        return VoucherRoute(token: token) { (network, body) async throws(HTTPProblem) in
            let answers = try await self.take(body, network: network)
            let isTaken = answers.contains { !$0.isRefusal }
            return (isTaken ? 200 : 422, VoucherReceipt.json(answers))
        }
    }

    // MARK: HTTP

    /// - Parameter network: the tracker; nil where each voucher tells it by what it says.
    func take(
        _ body: [UInt8], network name: String? = nil
    ) async throws(HTTPProblem) -> [VoucherReceipt] {
        var networks = self.networks
        if let name {
            networks = networks.filter { $0.name == name }
            if networks.isEmpty {
                let known = Set(self.networks.map(\.name)).sorted().joined(separator: ", ")
                throw .badRequest("No tracker of that name takes vouchers; known: \(known).")
            }
        }
        let documents = unsafe VerifyTool.documents(of: body.span.bytes)
        guard !documents.isEmpty else {
            throw .badRequest("The body is empty; send a voucher as JSON, or one a line.")
        }
        var receipts: [VoucherReceipt] = []
        for document in documents {
            receipts.append(try await self.take(document, of: networks))
        }
        return receipts
    }

    /// Checks a document against the networks that it may be for, and keeps it if it is newer.
    private func take(
        _ document: [UInt8], of networks: [Network]
    ) async throws(HTTPProblem) -> VoucherReceipt {
        var best: VoucherReceipt?
        for network in networks {
            var receipt = VoucherReceipt(document, network)
            if let voucher = receipt.voucher(document, received: self.now) {
                let subject = await network.follower.subject(of: voucher)
                receipt.judge(subject)
                if receipt.verdict == .accepted || receipt.verdict == .kept,
                    networks.count == 1
                        || receipt.verdict == .accepted || receipt.statesDomain
                {
                    guard await network.follower.learn([voucher]) else {
                        throw HTTPProblem(
                            status: 503,
                            detail: "The chain is not followed now; send it again later.")
                    }
                    return receipt
                }
            }
            // Of several, the one that says most.
            if best.map({ $0.rank < receipt.rank }) ?? true { best = receipt }
        }
        guard var best else { throw VoucherDesk.nothing }
        if best.verdict == .kept { best.verdict = .ambiguous }
        return best
    }

    private static let nothing = HTTPProblem(status: 403, detail: "No tracker takes vouchers.")

    private var now: BlockTime {
        BlockTime(UInt64(clamping: Int64(Date().timeIntervalSince1970)))
    }

    // MARK: Files

    /// The largest file that is read.
    private static let fileBytesMax = 64 << 20

    /// Takes in all that the files and folders of the configuration hold.
    func takeFiles() async {
        for network in self.networks {
            for path in network.intake.files.flatMap(Self.files) {
                await self.takeFile(path, network)
                if Task.isCancelled { return }
            }
        }
    }

    private func takeFile(_ path: String, _ network: Network) async {
        var counts: [VoucherReceipt.Verdict: Int] = [:]
        let name = URL(fileURLWithPath: path).lastPathComponent
        guard let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int,
            size <= Self.fileBytesMax, let data = FileManager.default.contents(atPath: path)
        else {
            self.logger.error(
                "a file of vouchers cannot be read; check its path, mode and size",
                metadata: ["file": .string(path)])
            return
        }
        let bytes = Array(data)
        for document in unsafe VerifyTool.documents(of: bytes.span.bytes) {
            let receipt: VoucherReceipt
            do throws(HTTPProblem) {
                receipt = try await self.take(document, of: [network])
            } catch { return }
            counts[receipt.verdict, default: 0] += 1
            if receipt.isRefusal {
                self.logger.warning(
                    "a voucher was refused",
                    metadata: [
                        "file": .string(name), "verdict": .string(receipt.verdict.rawValue),
                        "reason": .string(receipt.reason ?? ""),
                    ])
            }
        }
        let text = counts.sorted { $0.key.rawValue < $1.key.rawValue }
            .map { "\($0.value) \($0.key.rawValue)" }.joined(separator: ", ")
        self.logger.info(
            "vouchers were read", metadata: ["file": .string(name), "vouchers": .string(text)])
    }

    /// A file, or the files of a folder, in order.
    private static func files(_ path: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        guard !names.isEmpty else { return [path] }
        return names.sorted().filter { !$0.hasPrefix(".") }.map { path + "/" + $0 }
    }
}

extension StoredVoucher {
    /// What trackers are told of it.
    var learnt: LearntVoucher {
        LearntVoucher(
            tracker: self.network, channel: self.channel, signer: self.signer,
            state: VoucherState(nonce: self.nonce, cumulative: self.amount))
    }
}

extension WeirStore {
    /// What trackers are told of the kept vouchers of a chain.
    func learntVouchers(_ id: ChainID) async throws(StoreError) -> [LearntVoucher] {
        try await self.vouchers(id).map(\.learnt)
    }
}
