// Weir
// SPDX-License-Identifier: Apache-2.0

import CZlib

/// Packs answers with zlib.
enum Gzip {
    /// Below this the packing costs more than it saves.
    static let bytesMin = 1024

    /// Speed before size: an exposition shrinks to about an eighth even so, in a quarter of the
    /// time of zlib's default level.
    private static let level: Int32 = 1

    /// One gzip member; nil if zlib cannot (no memory, or more than 2 GiB).
    static func packed(_ bytes: [UInt8]) -> [UInt8]? {
        let capacity = czlib_gzip_bound(bytes.count)
        let packed = unsafe bytes.withUnsafeBufferPointer { input in
            unsafe [UInt8](unsafeUninitializedCapacity: capacity) { output, count in
                unsafe count = czlib_gzip(
                    input.baseAddress, input.count, output.baseAddress, capacity, Self.level)
            }
        }
        return packed.isEmpty ? nil : packed
    }
}
