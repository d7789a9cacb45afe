// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
package import EVMABI
package import EVMPrimitives

/// A view function of a contract of the configuration, asked at a block.
package struct ViewFunction: Sendable, Equatable {
    /// As the operator wrote it.
    package var text: String
    package var address: Address
    package var function: ABIFunction
    /// What it is always asked with; what a request adds comes after it.
    package var arguments: [ABIValue]

    package init(
        text: String, address: Address, function: ABIFunction, arguments: [ABIValue] = []
    ) {
        self.text = text
        self.address = address
        self.function = function
        self.arguments = arguments
    }

    /// The request; nil where the arguments do not fit the function.
    func request(_ key: String, _ arguments: [ABIValue] = []) -> ReadingRequest? {
        guard let data = try? self.function.encodeCall(self.arguments + arguments) else {
            return nil
        }
        return ReadingRequest(key: key, subject: .call(to: self.address, data: data))
    }

    /// What was read, as one number: the first value returned.
    ///
    /// - Throws: why there is none.
    func number(_ reading: Reading) throws(ReadingFault) -> I256 {
        switch reading.outcome {
        case .unavailable: throw .unavailable
        case .reverted: throw .reverted
        case .data(let bytes):
            // An account without code answers nothing at all.
            guard let first = try? self.function.decodeReturn(bytes).first else {
                throw .unusable
            }
            switch first {
            case .uint(let word):
                guard let value = I256(word) else { throw .unusable }
                return value
            case .int(let value): return value
            default: throw .unusable
            }
        }
    }
}

/// Why a reading gave no number. The text is a label of metrics: it does not change.
package enum ReadingFault: String, Error, Sendable, CaseIterable {
    case reverted
    case unavailable
    /// It answered nothing, or something of another type.
    case unusable
}
