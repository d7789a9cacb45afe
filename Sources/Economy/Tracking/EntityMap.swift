// Weir
// SPDX-License-Identifier: Apache-2.0

import HashTreeCollections

/// Something that a tracker remembers under a key: an account, a job, a channel.
protocol Entity: Sendable, Equatable {
    /// Writes the stored form; ``init(from:)`` reads it.
    func write(to writer: inout StateWriter)
    /// Throws where the bytes are damaged.
    init(from reader: inout StateReader) throws(StateReader.Damage)
}

/// A tracker's entities by key. A copy shares what it does not change, so that a snapshot per
/// block stays cheap with a million of them.
struct EntityMap<Key: EntityKeyed, Value: Entity>: Drawer {
    let name: String
    let number: Int
    private(set) var values: TreeDictionary<Key, Value> = [:]

    init(_ name: String, number: Int) {
        self.name = name
        self.number = number
    }

    var count: Int { self.values.count }

    subscript(key: Key) -> Value? { self.values[key] }

    /// Puts a value in its place; nil takes it away.
    mutating func set(_ value: Value?, for key: Key, _ effects: inout TrackerEffects) {
        if let value {
            self.values[key] = value
        } else {
            self.values.removeValue(forKey: key)
        }
        effects.touch(self.number, key.entityKey)
    }

    var keys: [EntityKey] { self.values.keys.map(\.entityKey) }

    func bytes(_ key: EntityKey) -> [UInt8]? {
        guard let key = Key(entityText: key.text), let value = self.values[key] else { return nil }
        var writer = StateWriter()
        value.write(to: &writer)
        return writer.bytes
    }

    mutating func restore(_ key: String, _ bytes: [UInt8]) -> Bool {
        var reader = StateReader(bytes)
        guard let key = Key(entityText: key), let value = try? Value(from: &reader),
            reader.isAtEnd
        else { return false }
        self.values[key] = value
        return true
    }
}
