// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMPrimitives

/// What an entry of a tracker's state is called inside its drawer.
enum EntityKey: Sendable, Hashable {
    case text(String)
    case word(U256)
    case pair(U256, U256)

    /// The name in the store.
    var text: String {
        switch self {
        case .text(let text): text
        case .word(let word): word.hexQuantity
        case .pair(let first, let second): "\(first.hexQuantity):\(second.hexQuantity)"
        }
    }

    /// A word as it was written; nil for any other text.
    static func word(_ text: some StringProtocol) -> U256? {
        guard let word = U256(hexQuantity: String(text)), word.hexQuantity == text else {
            return nil
        }
        return word
    }
}

/// A part of a tracker's state that is kept entry by entry: so that the store writes what changed.
///
/// Texts of the store are `drawer/key`.
protocol Drawer: Sendable {
    /// The first part of its entries' names in the store; never changes, and holds no slash.
    var name: String { get }
    /// The number that a tracker's ``StateKey`` calls it by, unique in the tracker.
    var number: Int { get }
    /// What is in it, in no order.
    var keys: [EntityKey] { get }
    /// The stored form of an entry; nil where there is none any more.
    func bytes(_ key: EntityKey) -> [UInt8]?
    /// Puts a stored entry in its place; false where it does not fit.
    mutating func restore(_ key: String, _ bytes: [UInt8]) -> Bool
}

/// What tells entries of an ``EntityMap`` apart.
protocol EntityKeyed: Hashable, Sendable {
    var entityKey: EntityKey { get }
    init?(entityText: String)
}

extension U256: EntityKeyed {
    var entityKey: EntityKey { .word(self) }
    init?(entityText text: String) {
        guard let word = EntityKey.word(text) else { return nil }
        self = word
    }
}

extension Address: EntityKeyed {
    var entityKey: EntityKey { .word(self.word) }
    init?(entityText text: String) {
        guard let word = EntityKey.word(text), Address(truncating: word).word == word else {
            return nil
        }
        self.init(truncating: word)
    }
}

extension String: EntityKeyed {
    var entityKey: EntityKey { .text(self) }
    init?(entityText text: String) { self = text }
}

/// Two words that tell one thing from others together, such as an account and a token.
struct WordPair: EntityKeyed {
    var first: U256
    var second: U256

    init(_ first: U256, _ second: U256) {
        self.first = first
        self.second = second
    }

    var entityKey: EntityKey { .pair(self.first, self.second) }

    init?(entityText text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let first = EntityKey.word(parts[0]),
            let second = EntityKey.word(parts[1])
        else { return nil }
        self.init(first, second)
    }
}
