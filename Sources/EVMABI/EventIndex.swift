// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMPrimitives

/// Contracts by address: open addressing with linear probing, half full at most. The keys are the
/// user's own contracts, so nobody can choose them to collide.
struct ContractIndex: Sendable {
    private struct Cell: Sendable {
        var word0: UInt64
        var word1: UInt64
        var word2: UInt32
        /// -1 for an empty cell.
        var contract: Int32
    }

    private static let empty = Cell(word0: 0, word1: 0, word2: 0, contract: -1)
    private var cells = [Cell](repeating: Self.empty, count: 8)
    private var count = 0

    /// Adds an address; answers the contract that has it already.
    mutating func insert(_ address: Address, contract: Int) -> Int? {
        let known = self.contract(at: address)
        if known >= 0 { return known }
        if (self.count + 1) * 2 > self.cells.count {
            let old = self.cells
            self.cells = Array(repeating: Self.empty, count: old.count * 2)
            for cell in old where cell.contract >= 0 { self.place(cell) }
        }
        self.place(
            Cell(
                word0: address.word0, word1: address.word1, word2: address.word2,
                contract: Int32(contract)))
        self.count += 1
        return nil
    }

    private mutating func place(_ cell: Cell) {
        let mask = self.cells.count &- 1
        var at = Self.hash(cell.word0, cell.word1, cell.word2) & mask
        while self.cells[at].contract >= 0 { at = (at &+ 1) & mask }
        self.cells[at] = cell
    }

    /// The contract at an address, or -1.
    @inline(__always)
    func contract(at address: Address) -> Int {
        let mask = self.cells.count &- 1
        var at = Self.hash(address.word0, address.word1, address.word2) & mask
        while true {
            let cell = self.cells[at]
            if cell.contract < 0 { return -1 }
            if cell.word0 == address.word0, cell.word1 == address.word1,
                cell.word2 == address.word2
            {
                return Int(cell.contract)
            }
            at = (at &+ 1) & mask
        }
    }

    @inline(__always)
    private static func hash(_ a: UInt64, _ b: UInt64, _ c: UInt32) -> Int {
        mixed(a ^ (b &* 0x9e37_79b9_7f4a_7c15) ^ UInt64(c) &<< 17)
    }
}

/// Events by contract and topic 0, with a slot for each number of topics from 1 to 4.
struct TopicIndex: Sendable {
    /// No such event.
    static let none: Int32 = -1
    /// Several events that nothing tells apart.
    static let ambiguous: Int32 = -2
    /// The topic is known, with another number of topics.
    static let otherCount: Int32 = -3
    /// From here on down: the implementation behind the contract decides.
    static let firstVariant: Int32 = -16

    private struct Cell: Sendable {
        var topic0: U256
        /// -1 for an empty cell.
        var key: Int32
        var slot1: Int32
        var slot2: Int32
        var slot3: Int32
        var slot4: Int32

        @inline(__always)
        func slot(_ topicCount: Int) -> Int32 {
            switch topicCount {
            case 1: self.slot1
            case 2: self.slot2
            case 3: self.slot3
            case 4: self.slot4
            default: TopicIndex.none
            }
        }
    }

    private static let empty = Cell(
        topic0: .zero, key: -1, slot1: none, slot2: none, slot3: none, slot4: none)
    private var cells = [Cell](repeating: Self.empty, count: 8)
    private var count = 0

    /// The slot as it was set.
    func slot(key: Int, topic0: U256, topicCount: Int) -> Int32 {
        let cell = self.cells[self.position(key, topic0)]
        return cell.key < 0 ? Self.none : cell.slot(topicCount)
    }

    /// The slot of a log, or what is the matter with it.
    @inline(__always)
    func find(key: Int, topic0: U256, topicCount: Int) -> Int32 {
        guard topicCount > 0 else { return Self.none }
        let cell = self.cells[self.position(key, topic0)]
        if cell.key < 0 { return Self.none }
        let slot = cell.slot(topicCount)
        return slot == Self.none ? Self.otherCount : slot
    }

    mutating func set(key: Int, topic0: U256, topicCount: Int, to slot: Int32) {
        if (self.count + 1) * 2 > self.cells.count {
            let old = self.cells
            self.cells = Array(repeating: Self.empty, count: old.count * 2)
            for cell in old where cell.key >= 0 {
                self.cells[self.position(Int(cell.key), cell.topic0)] = cell
            }
        }
        let at = self.position(key, topic0)
        if self.cells[at].key < 0 {
            self.cells[at] = Cell(
                topic0: topic0, key: Int32(key), slot1: Self.none, slot2: Self.none,
                slot3: Self.none, slot4: Self.none)
            self.count += 1
        }
        switch topicCount {
        case 1: self.cells[at].slot1 = slot
        case 2: self.cells[at].slot2 = slot
        case 3: self.cells[at].slot3 = slot
        default: self.cells[at].slot4 = slot
        }
    }

    /// The cell of a key, or the empty one where it would stand.
    @inline(__always)
    private func position(_ key: Int, _ topic0: U256) -> Int {
        let mask = self.cells.count &- 1
        var at = mixed(topic0.limb3 ^ topic0.limb0 ^ UInt64(truncatingIfNeeded: key)) & mask
        while true {
            let found = self.cells[at].key
            if found < 0 { return at }
            if Int(found) == key, self.cells[at].topic0 == topic0 { return at }
            at = (at &+ 1) & mask
        }
    }
}

/// Spreads the bits of a word over the low end.
@inline(__always)
private func mixed(_ value: UInt64) -> Int {
    let product = value &* 0xff51_afd7_ed55_8ccd
    return Int(truncatingIfNeeded: (product ^ product &>> 32) & 0x7fff_ffff)
}
