// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

extension ABIFunction {
    /// The data of a call: selector and arguments.
    package func encodeCall(_ arguments: [ABIValue]) throws(ABIError) -> [UInt8] {
        let body = try ABIEncoder.encode(self.inputs.map(\.type), arguments)
        return selectorBytes(self.selector) + body
    }

    /// The arguments of a call's data.
    package func decodeCall(
        _ data: [UInt8], rules: DecodingRules = .strict
    ) throws(ABIError) -> [ABIValue] {
        guard readSelector(data) == self.selector else { throw .selectorMismatch }
        return try ABILayout(self.inputs).decode(Array(data[4...]), rules: rules)
    }

    /// What a call answers, as a node (or a test's contract) gives it.
    package func encodeReturn(_ values: [ABIValue]) throws(ABIError) -> [UInt8] {
        try ABIEncoder.encode(self.outputs.map(\.type), values)
    }

    /// The values that a call answered.
    package func decodeReturn(
        _ data: [UInt8], rules: DecodingRules = .event
    ) throws(ABIError) -> [ABIValue] {
        try ABILayout(self.outputs).decode(data, rules: rules)
    }
}

/// Why a call was reverted, as its return data tells.
package enum RevertReason: Sendable, Equatable {
    /// No data: `revert()` without a reason, or a call of something that is not a contract.
    case empty
    /// `require(…, "message")` and `revert("message")`.
    case message(String)
    /// A check of the compiler failed.
    case panic(code: U256)
    /// A custom error of the ABI.
    case custom(ABIErrorFragment, [ABIValue])
    /// Data that fits nothing known.
    case unknown([UInt8])

    /// Reads return data; `errors` are the custom errors of the contracts concerned.
    package init(_ data: [UInt8], errors: [ABIErrorFragment] = []) {
        guard !data.isEmpty else {
            self = .empty
            return
        }
        guard let selector = readSelector(data) else {
            self = .unknown(data)
            return
        }
        let body = Array(data[4...])
        if selector == 0x08c3_79a0,
            let values = try? ABILayout(types: [.string]).decode(body, rules: .event),
            let text = values.first?.text
        {
            self = .message(text)
        } else if selector == 0x4e48_7b71,
            case .uint(let code)? = try? ABILayout(types: [.uint256]).decode(body).first
        {
            self = .panic(code: code)
        } else {
            for error in errors where error.selector == selector {
                if let values = try? ABILayout(error.inputs).decode(body, rules: .event) {
                    self = .custom(error, values)
                    return
                }
            }
            self = .unknown(data)
        }
    }

    /// What the compiler means by a panic code (Solidity docs, "Panic via assert and Error via
    /// require"), or nil for a code that it does not use.
    package static func meaning(ofPanic code: U256) -> String? {
        switch code.uint64 {
        case 0x00: "generic compiler panic"
        case 0x01: "assertion failed"
        case 0x11: "arithmetic overflow or underflow"
        case 0x12: "division or modulo by zero"
        case 0x21: "value is not a member of the enum"
        case 0x22: "storage byte array is encoded wrongly"
        case 0x31: "pop of an empty array"
        case 0x32: "array index out of bounds"
        case 0x41: "too much memory allocated"
        case 0x51: "call of a zero-initialised internal function"
        default: nil
        }
    }
}

extension RevertReason: CustomStringConvertible {
    package var description: String {
        switch self {
        case .empty: "reverted without a reason"
        case .message(let text): text
        case .panic(let code):
            "panic \(code.hexQuantity)" + (Self.meaning(ofPanic: code).map { ": \($0)" } ?? "")
        case .custom(let error, let values):
            error.name + "("
                + values.map { value in
                    ValueJSON.text(of: value)
                }.joined(separator: ", ") + ")"
        case .unknown(let data): "unknown reason \(Hex.encode(data.prefix(68)))"
        }
    }
}

/// The first four bytes of data, or nil where there are fewer.
package func readSelector(_ data: [UInt8]) -> UInt32? {
    guard data.count >= 4 else { return nil }
    return data[..<4].reduce(0) { $0 << 8 | UInt32($1) }
}

/// A selector as bytes.
package func selectorBytes(_ selector: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: selector >> $0) }
}
