// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMABI
import EVMPrimitives

/// What a tracker is shown of an event: the decoded values, the log, and the time of its block.
struct TrackerInput {
    let tape: ABITape
    /// The layouts of the catalog, and the event's slot: one reference in place of all that a layout
    /// holds, for most events need none of it.
    let layouts: [EventLayout]
    let slot: Int
    let entry: LogEntry
    /// The batch that the log stands in.
    let logs: LogBatch
    let time: BlockTime

    var layout: EventLayout { self.layouts[self.slot] }

    /// The data of the log: a copy, for values of several words.
    var data: [UInt8] { self.logs.data(of: self.entry) }

    /// An argument as one word that tells it from others: its value, or the hash of a value of
    /// several words, which is also what a topic holds of it.
    func keyWord(_ parameter: Int, of event: DecodedEvent) -> U256 {
        switch self.layout.event.inputs[parameter].type {
        case .bytes, .string:
            if self.layout.event.inputs[parameter].isIndexed { break }
            return Keccak256.hash(Array(self.data[event.byteRange(parameter, on: self.tape)])).word
        default:
            break
        }
        return event.word(parameter, on: self.tape)
    }

    /// An argument as the value of a label: addresses in EIP-55, integers in decimal digits, bytes in
    /// hex, text cut at 64 Unicode scalars and without control characters.
    func labelText(_ parameter: Int, of event: DecodedEvent) -> String {
        let input = self.layout.event.inputs[parameter]
        switch input.type {
        case .uint: return event.word(parameter, on: self.tape).description
        case .int: return event.signed(parameter, on: self.tape).description
        case .address: return event.address(parameter, on: self.tape).description
        case .bool: return event.bool(parameter, on: self.tape) ? "true" : "false"
        case .fixedBytes(let count):
            return Hex.encode(
                event.word(parameter, on: self.tape).bigEndianBytes.prefix(count))
        case .string where !input.isIndexed:
            let bytes = self.data[event.byteRange(parameter, on: self.tape)]
            guard let text = String(validating: bytes, as: UTF8.self) else {
                return Hex.encode(bytes.prefix(32))
            }
            return Self.clean(text)
        case .bytes where !input.isIndexed:
            return Hex.encode(self.data[event.byteRange(parameter, on: self.tape)].prefix(32))
        default:
            return event.hash(parameter, on: self.tape).description
        }
    }

    /// A text from outside as people may be shown it: a zero byte ends a scrape, and a single
    /// character may have any number of marks.
    static func clean(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(64) {
            scalars.append(scalar.properties.generalCategory == .control ? " " : scalar)
        }
        return String(scalars)
    }
}
