// Weir
// SPDX-License-Identifier: Apache-2.0

import JSONBytes

// Changes to a JSON document, as a node that lies makes them.
extension JSONValue {
    /// The document with a member set; nil takes it out.
    func with(_ key: String, _ value: JSONValue?) -> JSONValue {
        guard case .object(var object) = self else { return self }
        object[key] = value
        return .object(object)
    }

    /// The document with a member changed.
    func changing(_ key: String, _ change: (JSONValue) -> JSONValue) -> JSONValue {
        self[key].map { self.with(key, change($0)) } ?? self
    }

    /// A list changed.
    func changingItems(_ change: (inout [JSONValue]) -> Void) -> JSONValue {
        guard case .array(var items) = self else { return self }
        change(&items)
        return .array(items)
    }

    /// One item of a list changed.
    func changing(item index: Int, _ change: (JSONValue) -> JSONValue) -> JSONValue {
        self.changingItems { items in
            if items.indices.contains(index) { items[index] = change(items[index]) }
        }
    }

    /// Hex text with its last digit changed.
    var flipped: JSONValue {
        guard let text = self.string, let last = text.last else { return self }
        return .string(text.dropLast() + (last == "1" ? "2" : "1"))
    }
}
