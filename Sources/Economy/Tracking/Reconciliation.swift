// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ConfigTree
import EVMABI
import EVMPrimitives

/// What a gauge that is made from events is compared with: a view function of the contract, read at
/// the same block.
///
///     reconcile: { call: "NodeRegistry.totalStaked() returns (uint256)", every: 100 }
///     reconcile: { call: "Token.balanceOf(address) returns (uint256)", arguments: Escrow }
struct Reconciliation: Sendable, Equatable {
    /// The label `gauge`, and the key of the reading.
    let gauge: String
    let view: ViewFunction
    /// So many blocks after one comparison the next is due.
    let everyBlocks: UInt64

    init(gauge: String, view: ViewFunction, everyBlocks: UInt64) {
        self.gauge = gauge
        self.view = view
        self.everyBlocks = everyBlocks
    }

    /// Reads `reconcile`, or another key. Nil: it is missing or faulty; only a fault is reported.
    init?(_ section: TrackerSection, key: String = "reconcile", gauge: String) {
        guard let own = section.section.optionalSection(key) else { return nil }
        let scalar = own.scalar("call", expected: "Contract.function() returns (uint256)")
        let every = own.uint64("every", in: 1...1_000_000, default: 1)
        let written = own.value("arguments")?.items() ?? []
        guard let scalar, var view = section.view(scalar) else { return nil }
        guard view.function.inputs.count == written.count else {
            scalar.fail(
                "\(view.function.signature) takes \(view.function.inputs.count) arguments, and "
                    + "\(written.count) are given",
                advice: "list them under arguments, in their order")
            return nil
        }
        for (parameter, value) in zip(view.function.inputs, written) {
            guard let argument = section.argument(value, parameter) else { return nil }
            view.arguments.append(argument)
        }
        guard view.request("") != nil else {
            scalar.fail(
                "the arguments do not fit \(view.function.signature)",
                advice: "compare each with its type")
            return nil
        }
        self.init(gauge: gauge, view: view, everyBlocks: every)
    }

    static let schema: SchemaNode = .object([
        .init("call", .string, "Contract.function() returns (uint256).", isRequired: true),
        .init(
            "arguments", .list(of: .string),
            "What it is asked with: a contract's name for its address, numbers, 0x…"),
        .init("every", .integer(1...1_000_000), "Compared every so many blocks; 1 if missing."),
    ])

    /// The readings for the block after `tip`, where the last one is long enough ago.
    ///
    /// - Parameter last: the block of the last comparison; nil where there was none.
    func requests(after tip: BlockNumber, last: U256?) -> [ReadingRequest] {
        let last = last?.uint64.map { BlockNumber($0) }
        guard ReadingPace.isDue(tip.next, every: self.everyBlocks, last: last) else { return [] }
        return self.view.request(self.key).map { [$0] } ?? []
    }

    private var key: String { "reconcile/" + self.gauge }

    /// What the chain says differs by how much from what the events say: ours less the chain's. Nil
    /// where nothing was read at the block.
    ///
    /// - Throws: why nothing can be compared.
    func drift(of ours: U256, _ extras: BlockExtras) throws(ReadingFault) -> I256? {
        guard let reading = extras.reading(self.key) else { return nil }
        let chain = try self.view.number(reading)
        guard let ours = I256(ours), let drift = ours.subtracting(chain) else { throw .unusable }
        return drift
    }
}

extension SeriesFamily {
    /// How far a gauge of a tracker is from what the chain says.
    static let drift = SeriesFamily(
        "reconciliation_drift_tokens", .signedGauge, labels: ["tracker", "name", "gauge", "token"],
        scale: .token(label: 3),
        "What events add up to less what the contract's view says, at the same block.")
    /// The last block at which a gauge was compared.
    static let driftBlock = SeriesFamily(
        "reconciliation_block", .gauge, labels: ["tracker", "name", "gauge"],
        "The last block at which a gauge was compared with its view.")
    /// Readings of a tracker that gave nothing.
    static let readingFailures = SeriesFamily(
        "reading_failures_total", .count, labels: ["tracker", "name", "reading", "reason"],
        "Calls of views that were reverted, unavailable or unusable.")
}
