// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMPrimitives

/// When something that is read every so many blocks is to be read.
///
/// One plan may stand for several blocks that come together, so it goes by the block that was read
/// last and not by the number of the next: what is due stays due until it was read.
enum ReadingPace {
    /// Whether a block is so many above the last that was read. What was never read is due at once;
    /// with `every` zero nothing ever is.
    static func isDue(_ number: BlockNumber, every: UInt64, last: BlockNumber?) -> Bool {
        guard every > 0 else { return false }
        guard let last else { return true }
        return number.distance(above: last) >= every
    }
}

/// A block that a tracker remembers.
struct BlockMark: Entity {
    var number: BlockNumber

    init(_ number: BlockNumber) { self.number = number }

    func write(to writer: inout StateWriter) { writer.write(self.number.rawValue) }

    init(from reader: inout StateReader) throws(StateReader.Damage) {
        self.number = BlockNumber(try reader.number())
    }
}
