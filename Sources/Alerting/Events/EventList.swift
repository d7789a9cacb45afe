// Weir
// SPDX-License-Identifier: Apache-2.0

package import ConfigTree
package import EVMPrimitives

/// A list of the configuration that conditions look into by its name: `node in operators`.
package struct EventList: Sendable, Hashable {
    package struct Item: Sendable, Hashable {
        /// What texts call an address; nil where it has no name.
        package var name: String?
        /// As it was written.
        package var text: String
        package var value: Value

        package init(_ text: String, name: String? = nil) {
            self.name = name
            self.text = text
            self.value = Value(text)
        }
    }

    package enum Value: Sendable, Hashable {
        case address(Address)
        case integer(U256)
        case text(String)

        /// An address, or else a whole number, or else a text.
        init(_ text: String) {
            if let address = Address(text) {
                self = .address(address)
            } else if let value = U256(text.filter { $0 != "_" }) {
                self = .integer(value)
            } else {
                self = .text(text)
            }
        }

        var kind: String {
            switch self {
            case .address: "the address"
            case .integer: "the number"
            case .text: "the text"
            }
        }
    }

    package var name: String
    package var items: [Item]

    package init(name: String, items: [Item]) {
        self.name = name
        self.items = items
    }
}

/// Reads `lists`: values by the list's name, with or without names of their own.
///
/// ```yaml
/// lists:
///   operators: { mine: "0x…", spare: "0x…" }   # texts show an address by its name
///   blocked: ["0x…", "0x…"]
/// ```
package struct EventListReader {
    /// Items of one list.
    private static let itemLimit = 10_000

    package init() {}

    /// The lists, in the order of the file; faulty ones are reported and left out.
    package func read(_ root: ConfigSection) -> [EventList] {
        root.entries("lists").compactMap { entry in
            guard entry.name.isIdentifier else {
                entry.value.fail(
                    "a list's name is made of letters, digits and _, found \(entry.name.quoted)",
                    advice: "conditions name it")
                return nil
            }
            return self.items(entry.value).map { EventList(name: entry.name, items: $0) }
        }
    }

    private func items(_ value: ConfigValue) -> [EventList.Item]? {
        let entries: [(name: String?, value: ConfigValue)]
        if value.isSection {
            guard let named = value.entries() else { return nil }
            entries = named.map { ($0.name, $0.value) }
        } else {
            guard let items = value.items() else { return nil }
            entries = items.map { (nil, $0) }
        }
        guard entries.count <= Self.itemLimit else {
            value.fail("a list of more than \(Self.itemLimit) items")
            return nil
        }
        let items = entries.map { entry in
            entry.value.scalar(expected: "an address, a number or a text")
                .flatMap { self.item($0, entry.name) }
        }
        return items.contains { $0 == nil } ? nil : items.compactMap { $0 }
    }

    private func item(_ scalar: ConfigScalar, _ name: String?) -> EventList.Item? {
        // What looks like an address has to be one: a list must not lose a member by a slip.
        if scalar.text.utf8.count == 42, scalar.text.hasPrefix("0x"), Address(scalar.text) == nil {
            do throws(Address.TextFault) {
                _ = try Address.parse(scalar.text)
            } catch .checksum(let expected) {
                scalar.fail(
                    "the checksum of \(scalar.shown) is wrong: a letter's case or a digit",
                    advice: "compare it with its source; in this spelling its digits are valid: "
                        + (scalar.origin.mayBeSecret ? "see EIP-55" : expected))
            } catch {
                scalar.fail("\(scalar.shown) is no address", advice: "it has 40 hex digits")
            }
            return nil
        }
        return EventList.Item(scalar.text, name: name)
    }

    /// The schema of `lists`.
    package static let schema = SchemaNode.map(
        of: .either([.list(of: .string), .map(of: .string)]))
}

extension String {
    /// Letters, digits and `_`, no digit first: what conditions and labels take as a name.
    var isIdentifier: Bool {
        guard let first = self.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return self.utf8.count <= 64
            && self.utf8.allSatisfy {
                (0x61...0x7a).contains($0 | 0x20) || (0x30...0x39).contains($0) || $0 == 0x5f
            }
    }
}
