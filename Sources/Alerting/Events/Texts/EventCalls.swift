// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMABI
import EVMPrimitives

/// The calls that an event announces: those of a proposal, as governors list them (`targets`, `values`,
/// `signatures`, `calldatas`), or the one of a timelock (`target`, `value`, `data`).
struct EventCalls: Sendable {
    private enum Places: Sendable {
        case list(targets: Int, values: Int, signatures: Int?, calldatas: Int)
        case single(target: Int, value: Int, data: Int)
    }

    private let places: Places
    private let text: CallText

    /// Nil: the event announces no calls.
    init?(_ event: EventLayout, _ text: CallText) {
        func place(_ names: [String], _ type: ABIType) -> Int? {
            event.event.inputs.indices.first { index in
                let input = event.event.inputs[index]
                return names.contains(event.names[index]) && input.type == type
                    && (!input.isIndexed || type.isWord)
            }
        }
        self.text = text
        if let targets = place(["targets"], .array(.address)),
            let values = place(["values"], .array(.uint256)),
            let calldatas = place(["calldatas", "datas"], .array(.bytes))
        {
            self.places = .list(
                targets: targets, values: values,
                signatures: place(["signatures"], .array(.string)), calldatas: calldatas)
        } else if let target = place(["target", "to"], .address),
            let value = place(["value"], .uint256), let data = place(["data"], .bytes)
        {
            self.places = .single(target: target, value: value, data: data)
        } else {
            return nil
        }
    }

    /// One line a call; nothing in them can break a line.
    func lines(_ values: [ABIValue]) -> [String] {
        func value(_ index: Int) -> ABIValue {
            values.indices.contains(index) ? values[index] : .array([])
        }
        switch self.places {
        case .list(let targets, let amounts, let signatures, let calldatas):
            return self.text.lines(
                targets: value(targets), values: value(amounts),
                signatures: signatures.map(value), calldatas: value(calldatas))
        case .single(let target, let amount, let data):
            guard case .address(let address) = value(target), case .uint(let word) = value(amount),
                case .bytes(let bytes) = value(data)
            else { return [] }
            return [self.text.line(ContractCall(target: address, value: word, data: bytes))]
        }
    }
}
