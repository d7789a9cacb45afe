// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import JSONBytes
import LogJSON

/// Results of the methods that Weir asks, as values.
///
/// Lenient where nodes differ (quantities as decimal text or numbers, leading zeros, either case,
/// unknown members), strict where it matters (kinds, lengths, required members).
enum RPCDecoding {
    /// Reads the value at the cursor; null is `.null` for every shape.
    static func value(
        _ shape: RPCCall.Shape, _ bytes: RawSpan, _ cursor: inout JSONCursor
    ) throws(RPCReadFault) -> RPCValue {
        let path = "result"
        do throws(JSONError) {
            if try cursor.peekKind(in: bytes) == .null {
                _ = try cursor.readNull(in: bytes)
                return .null
            }
            switch shape {
            case .quantity:
                return .quantity(try cursor.readHexQuantity(in: bytes, acceptingDecimal: true))
            case .word: return .word(try cursor.readWord(in: bytes))
            case .bytes, .execution:
                var out: [UInt8] = []
                try cursor.readHexBytes(in: bytes, appendingTo: &out)
                return .bytes(out)
            case .text: return .text(try cursor.readStringText(in: bytes))
            case .header, .outline, .block, .logs, .receipts, .receipt, .fees: break
            }
        } catch {
            throw fault(path, error)
        }
        switch shape {
        case .header: return .header(try Self.header(bytes, &cursor, path: path))
        case .outline: return .outline(try Self.outline(bytes, &cursor, path: path))
        case .block: return .block(try Self.wholeBlock(bytes, &cursor, path: path))
        case .logs: return .logs(try Self.logs(bytes, &cursor, path: path))
        case .receipts: return .receipts(try Self.receipts(bytes, &cursor, path: path))
        case .receipt: return .receipt(try Self.receipt(bytes, &cursor, path: path))
        default: return .fees(try Self.fees(bytes, &cursor, path: path))
        }
    }

    /// An error of the grammar concerns the body, any other the member.
    static func fault(_ path: @autoclosure () -> String, _ error: JSONError) -> RPCReadFault {
        switch error {
        case .badHex, .outOfRange, .wrongType: .field(path: path(), error)
        default: .json(error)
        }
    }

    static func logs(
        _ bytes: RawSpan, _ cursor: inout JSONCursor, path: String
    ) throws(RPCReadFault) -> LogBatch {
        do throws(JSONError) {
            guard try cursor.peekKind(in: bytes) == .array else {
                try cursor.enterArray(in: bytes)
                return LogBatch()
            }
        } catch {
            throw fault(path, error)
        }
        var batch = LogBatch()
        // Logs take 800 bytes of text and more, a sixth of it data: room made once need not be moved.
        let rest = bytes.byteCount - cursor.offset
        batch.entries.reserveCapacity(rest / 800)
        batch.arena.reserveCapacity(rest / 6)
        do throws(LogJSONError) {
            try LogScanner.scan(in: bytes, &cursor, into: &batch)
        } catch {
            if case .json(let inner) = error { throw fault(path, inner) }
            throw .bad(path: path, "\(error)")
        }
        return batch
    }
}

extension JSONCursor {
    /// Reads a quantity of up to 256 bits: hex, or decimal as text or number.
    mutating func readWord(in bytes: RawSpan) throws(JSONError) -> U256 {
        let isNumber = try self.peekKind(in: bytes) == .number
        let at = self.offset
        let text =
            isNumber ? try self.readNumberText(in: bytes) : try self.readStringText(in: bytes)
        guard let word = U256(hexQuantity: text) ?? U256(text) else {
            throw isNumber ? .outOfRange(at: at) : .badHex(at: at)
        }
        return word
    }

    mutating func readHash(in bytes: RawSpan) throws(JSONError) -> Hash256 {
        let words = try self.readHex32(in: bytes)
        return Hash256(words: words.0, words.1, words.2, words.3)
    }

    mutating func readAddress(in bytes: RawSpan) throws(JSONError) -> Address {
        let words = try self.readHex20(in: bytes)
        return Address(words: words.0, words.1, words.2)
    }

    mutating func readNumber64(in bytes: RawSpan) throws(JSONError) -> UInt64 {
        try self.readHexQuantity(in: bytes, acceptingDecimal: true)
    }

    mutating func readBytes(in bytes: RawSpan) throws(JSONError) -> [UInt8] {
        var out: [UInt8] = []
        try self.readHexBytes(in: bytes, appendingTo: &out)
        return out
    }

    mutating func readBloom(in bytes: RawSpan) throws(JSONError) -> LogsBloom {
        let at = self.offset
        guard let bloom = LogsBloom(bytes: try self.readBytes(in: bytes)) else {
            throw .badHex(at: at)
        }
        return bloom
    }
}
