// Weir
// SPDX-License-Identifier: Apache-2.0

import JSONBytes

// Places in a document, to be read and changed by tests.
extension JSONValue {
    /// A copy with one place changed: `replace`, `add` or `remove` at a JSON pointer.
    func changed(
        at path: ArraySlice<String>, _ op: String, _ new: JSONValue?
    ) -> JSONValue {
        guard let key = path.first else { return new ?? .null }
        let rest = path.dropFirst()
        switch self {
        case .object(var object):
            object[key] =
                rest.isEmpty
                ? (op == "remove" ? nil : new) : object[key]?.changed(at: rest, op, new)
            return .object(object)
        case .array(var array):
            guard let index = Int(key), index <= array.count else { return self }
            switch (rest.isEmpty, op) {
            case (true, "remove"): array.remove(at: index)
            case (true, "add"): array.insert(new ?? .null, at: index)
            default: array[index] = array[index].changed(at: rest, op, new)
            }
            return .array(array)
        default: return self
        }
    }

    func value(at path: ArraySlice<String>) -> JSONValue? {
        guard let key = path.first else { return self }
        let next = Int(key).flatMap { self[$0] } ?? self[key]
        return next?.value(at: path.dropFirst())
    }
}
