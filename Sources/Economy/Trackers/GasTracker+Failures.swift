// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMABI
import EVMPrimitives

extension GasTracker {
    /// Why a transaction failed, as a label that stays the same where only amounts and addresses
    /// differ.
    struct FailureReason: Equatable {
        var text: String
        /// Whether the text is one of a set that the configuration bounds.
        var isKnown: Bool

        /// Nothing says why: it ran out of gas, or no node gave the reason.
        static let unknown = FailureReason(text: "unknown", isKnown: true)
        /// Reverted without a reason.
        static let empty = FailureReason(text: "empty", isKnown: true)

        /// - Parameters:
        ///   - data: what the transaction returned; nil where that is not known.
        ///   - errors: the custom errors of the contracts concerned.
        init(_ data: [UInt8]?, errors: [ABIErrorFragment]) {
            guard let data else {
                self = .unknown
                return
            }
            switch RevertReason(data, errors: errors) {
            case .empty: self = .empty
            case .message(let message):
                let text = Self.stable(message)
                self = text.isEmpty ? .empty : FailureReason(text: text, isKnown: false)
            case .panic(let code):
                let isUsed = RevertReason.meaning(ofPanic: code) != nil
                self = FailureReason(
                    text: isUsed ? "panic \(code.hexQuantity)" : "panic", isKnown: true)
            case .custom(let error, _):
                self = FailureReason(
                    text: SafeText.cleaned(error.name, limit: Self.lengthMax), isKnown: true)
            case .unknown(let data):
                guard let selector = readSelector(data) else {
                    self = .unknown
                    return
                }
                self = FailureReason(text: Hex.encode(selectorBytes(selector)), isKnown: false)
            }
        }

        private init(text: String, isKnown: Bool) {
            self.text = text
            self.isKnown = isKnown
        }

        // MARK: Messages

        /// The most letters of a reason.
        static let lengthMax = 64
        /// The most of a message that is read.
        private static let readMax = 1_024
        /// Decimal numbers with more digits are amounts, times or keys and no part of a reason.
        private static let digitsMax = 4
        /// Hexadecimal ones with more digits are addresses, selectors or hashes.
        private static let hexDigitsMax = 7

        /// A message without the values that were put into it, cleaned and cut: numbers of more than
        /// four digits and hexadecimal ones of more than seven are `…`.
        static func stable(_ message: String) -> String {
            let scalars = Array(message.unicodeScalars.prefix(Self.readMax))
            var text = String.UnicodeScalarView()
            var index = 0
            while index < scalars.count {
                guard let digit = scalars[index].asciiDigit else {
                    text.append(scalars[index])
                    index += 1
                    continue
                }
                if digit == 0, index + 1 < scalars.count, scalars[index + 1] == "x" {
                    let end = scalars[(index + 2)...].firstIndex { !$0.isHexDigit }
                    let digits = index + 2..<(end ?? scalars.count)
                    text.append(contentsOf: scalars[index..<(index + 2)])
                    if digits.count > Self.hexDigitsMax {
                        text.append("…")
                    } else {
                        text.append(contentsOf: scalars[digits])
                    }
                    index = digits.upperBound
                    continue
                }
                let end = scalars[index...].firstIndex { $0.asciiDigit == nil }
                let digits = index..<(end ?? scalars.count)
                if digits.count > Self.digitsMax {
                    text.append("…")
                } else {
                    text.append(contentsOf: scalars[digits])
                }
                index = digits.upperBound
            }
            let cleaned = SafeText.cleaned(String(text), limit: Self.lengthMax)
            return cleaned.trimmed
        }
    }
}

extension Unicode.Scalar {
    fileprivate var asciiDigit: UInt32? {
        (0x30...0x39).contains(self.value) ? self.value - 0x30 : nil
    }

    fileprivate var isHexDigit: Bool {
        self.asciiDigit != nil || (0x61...0x66).contains(self.value | 0x20)
    }
}

extension String {
    /// Without spaces at either end.
    fileprivate var trimmed: String {
        var scalars = self.unicodeScalars[...]
        while scalars.first == " " { scalars.removeFirst() }
        while scalars.last == " " { scalars.removeLast() }
        return String(scalars)
    }
}
