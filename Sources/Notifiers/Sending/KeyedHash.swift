// Weir
// SPDX-License-Identifier: Apache-2.0

import CCrypto

/// HMAC-SHA256 (RFC 2104), for signatures and for short keys of long texts.
enum KeyedHash {
    /// The 32 bytes; nil only where the system's libcrypto fails.
    static func sha256(_ data: [UInt8], key: [UInt8]) -> [UInt8]? {
        guard let keySize = Int32(exactly: key.count) else { return nil }
        var output = [UInt8](repeating: 0, count: 32)
        let isDone = unsafe output.withUnsafeMutableBufferPointer { output in
            unsafe ccrypto_hmac_sha256(key, keySize, data, data.count, output.baseAddress)
        }
        return isDone == 1 ? output : nil
    }

    /// 64 hex digits that stand for a text; the same for the same text in every process.
    static func name(of text: String) -> String? {
        self.sha256(Array(text.utf8), key: Array("weir".utf8)).map { bytes in
            bytes.map { byte in
                let digits = String(byte, radix: 16)
                return byte < 16 ? "0" + digits : digits
            }.joined()
        }
    }
}
