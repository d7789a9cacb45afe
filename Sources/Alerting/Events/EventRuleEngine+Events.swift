// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMABI
import EVMPrimitives
import PromQL

extension EventRuleEngine {
    /// An alert of an event, and when its rule tells of it.
    struct Found {
        var entry: EventRecord.Entry
        var moment: EventMoment
    }

    /// The alerts of all events among logs that fit a rule.
    ///
    /// - Parameter block: the block of all logs; nil: each log says its own.
    func search(
        _ logs: LogBatch, _ block: BlockRef?, _ time: BlockTime, _ now: Timestamp,
        _ running: [Int32], _ room: Int, _ outcome: inout Outcome
    ) -> [Found] {
        guard let catalog = self.catalog, !self.rules.isEmpty else { return [] }
        var found: [Found] = []
        var counts = [Int](repeating: 0, count: self.rules.count)
        var lasts: [Int: EventContext] = [:]
        for log in logs.entries {
            guard let slot = self.slot(log, catalog, running, &outcome),
                let rules = self.rulesBySlot[slot]
            else { continue }
            let layout = catalog.layouts[slot]
            guard
                let values = try? layout.decode(
                    topics: log.topics.array, data: logs.data(of: log))
            else {
                outcome.undecodable += 1
                continue
            }
            let told = log.blockTimestamp.rawValue > 0 ? log.blockTimestamp : time
            let context = EventContext(
                values: values, contract: catalog.contracts[layout.contract].alias,
                event: layout.name, chain: self.chain, address: log.address,
                transactionHash: log.transactionHash,
                blockNumber: (block?.number ?? log.blockNumber).rawValue,
                blockHash: block?.hash ?? log.blockHash,
                blockTime: (block == nil ? told : time).rawValue, logIndex: log.logIndex)
            for rule in rules {
                guard let handler = self.rules[rule].handlers[slot],
                    handler.condition.map({ $0.holds(context) == true }) ?? true
                else { continue }
                let definition = self.rules[rule].definition
                let startsAt = context.startsAt
                guard now <= startsAt || now - startsAt <= definition.ageMax else {
                    outcome.outdated += 1
                    continue
                }
                counts[rule] += 1
                guard counts[rule] <= definition.limit, found.count < room else {
                    outcome.omitted += 1
                    lasts[rule] = context
                    continue
                }
                found.append(self.found(rule, handler, context))
            }
        }
        for rule in lasts.keys.sorted() {
            guard let context = lasts[rule] else { continue }
            let told = found.count { $0.entry.rule == self.rules[rule].identity }
            found.append(self.rest(rule, counts[rule] - told, context))
        }
        return found
    }

    /// The place of a log's event in the catalog; nil: it is none that matters here.
    private func slot(
        _ log: LogEntry, _ catalog: EventCatalog, _ running: [Int32],
        _ outcome: inout Outcome
    ) -> Int? {
        let topics = EventTopics(count: log.topics.count) { log.topics[$0].word }
        let match =
            running.isEmpty
            ? catalog.match(address: log.address, topics: topics)
            : catalog.match(address: log.address, topics: topics, running: running)
        switch match {
        case .event(let slot): return slot
        case .undecodable(let contract, _):
            if self.watched.contains(contract) { outcome.undecodable += 1 }
            return nil
        case .unknownContract: return nil
        }
    }

    private func found(_ rule: Int, _ handler: EventRule.Handler, _ context: EventContext) -> Found
    {
        let definition = self.rules[rule].definition
        let base = handler.base.setting("transaction", to: "\(context.transactionHash)")
            .setting("log_index", to: "\(context.logIndex)")
        let texts = handler.texts.texts(context, base: base)
        return Found(
            entry: EventRecord.Entry(
                rule: self.rules[rule].identity, logIndex: context.logIndex,
                alert: Alert(
                    labels: texts.labels, annotations: texts.annotations,
                    startsAt: context.startsAt),
                resolveAfter: definition.resolveAfter),
            moment: definition.moment)
    }

    /// The alert that counts what was not told one by one.
    private func rest(_ rule: Int, _ count: Int, _ context: EventContext) -> Found {
        let definition = self.rules[rule].definition
        var labels = definition.base(context.event, contract: context.contract, chain: self.chain)
            .removing(definition.targets.count == 1 ? [] : ["event", "contract"])
            .setting("block", to: "\(context.blockNumber)")
        for label in definition.labels where !label.text.contains("{{") {
            labels = labels.setting(label.name, to: label.text)
        }
        let summary =
            "\(count) more events fit the rule \(labels["alertname"]) up to block "
            + "\(context.blockNumber) and are not told one by one"
        return Found(
            entry: EventRecord.Entry(
                rule: self.rules[rule].identity, logIndex: .max,
                alert: Alert(
                    labels: labels,
                    annotations: Labels([
                        ("summary", summary),
                        ("block", "\(context.blockNumber) (\(context.blockHash))"),
                    ]), startsAt: context.startsAt),
                resolveAfter: definition.resolveAfter),
            moment: definition.moment)
    }
}

extension EventContext {
    /// The block's time in milliseconds; a time that no clock can show is the last one that can.
    fileprivate var startsAt: Timestamp {
        // The end of the year 9999.
        Int64(min(self.blockTime, 253_402_300_799)) * 1000
    }
}

extension EventRecord.Entry {
    /// The alert as it is told: from then on it runs out by itself.
    func told(at now: Timestamp) -> Alert {
        var alert = self.alert
        let (end, overflow) = max(alert.startsAt, now)
            .addingReportingOverflow(self.resolveAfter)
        alert.endsAt = overflow ? .max : end
        return alert
    }
}
