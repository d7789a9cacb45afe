// Weir
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Synchronization

/// One writing of the exposition, for all scrapes that it answers. It holds one of the slots for as
/// long as one of them is being sent: what is limited is how many pages are in memory.
final class ScrapePage: Sendable {
    let plain: ByteBuffer
    private let slots: ScrapeSlots
    private let gzip = Mutex<ByteBuffer?>(nil)

    /// - Parameter slots: of which one was taken for this page.
    init(_ text: [UInt8], slots: ScrapeSlots) {
        self.plain = ByteBuffer(bytes: text)
        self.slots = slots
    }

    deinit { self.slots.release() }

    /// Packed when it is first asked for; nil if zlib cannot.
    var packed: ByteBuffer? {
        self.gzip.withLock { gzip in
            if gzip == nil {
                gzip = Gzip.packed(Array(self.plain.readableBytesView)).map {
                    ByteBuffer(bytes: $0)
                }
            }
            return gzip
        }
    }
}

extension ScrapePage: Equatable {
    static func == (lhs: ScrapePage, rhs: ScrapePage) -> Bool { lhs === rhs }
}
