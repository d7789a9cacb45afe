// Weir
// SPDX-License-Identifier: Apache-2.0

/// How much of a document a tree may be made of, so that hostile bytes cost bounded memory.
package struct JSONLimits: Sendable, Equatable {
    /// Containers inside each other; at most ``JSONCursor/depthLimitMax``.
    package var depth: Int
    /// Values and keys in all.
    package var values: Int

    package init(depth: Int = 512, values: Int = 1_000_000) {
        self.depth = depth
        self.values = values
    }
}

extension JSONValue {
    /// Reads a whole document: one value and whitespace around it.
    package init(
        parsing bytes: [UInt8], limits: JSONLimits = JSONLimits(),
    ) throws(JSONError) {
        try unsafe self.init(parsing: bytes.span.bytes, limits: limits)
    }

    /// Reads a whole document: one value and whitespace around it.
    package init(
        parsing bytes: RawSpan, limits: JSONLimits = JSONLimits(),
    ) throws(JSONError) {
        var cursor = JSONCursor(depthLimit: limits.depth)
        self = try cursor.readValue(in: bytes, valueLimit: limits.values)
        try cursor.finish(in: bytes)
    }

    /// Reads a whole document: one value and whitespace around it.
    package init(
        parsing text: String, limits: JSONLimits = JSONLimits(),
    ) throws(JSONError) {
        try self.init(parsing: Array(text.utf8), limits: limits)
    }
}

extension JSONCursor {
    /// Reads one value as a tree, for the odd part of a document that is otherwise read by hand.
    ///
    /// - Parameter valueLimit: how many values and keys the tree may have.
    package mutating func readValue(
        in bytes: RawSpan, valueLimit: Int = JSONLimits().values,
    ) throws(JSONError) -> JSONValue {
        var budget = ValueBudget(limit: valueLimit, left: valueLimit)
        return try self.readTree(in: bytes, &budget)
    }

    private struct ValueBudget {
        let limit: Int
        var left: Int

        mutating func take(at offset: Int) throws(JSONError) {
            guard self.left > 0 else { throw .tooManyValues(limit: self.limit, at: offset) }
            self.left -= 1
        }
    }

    private mutating func readTree(
        in bytes: RawSpan, _ budget: inout ValueBudget,
    ) throws(JSONError) -> JSONValue {
        let kind = try self.peekKind(in: bytes)
        try budget.take(at: self.offset)
        switch kind {
        case .null:
            _ = try self.readNull(in: bytes)
            return .null
        case .bool: return .bool(try self.readBool(in: bytes))
        case .number: return .number(try self.readNumberText(in: bytes))
        case .string: return .string(try self.readStringText(in: bytes))
        case .array:
            var elements: [JSONValue] = []
            try self.enterArray(in: bytes)
            while try self.nextElement(in: bytes) {
                elements.append(try self.readTree(in: bytes, &budget))
            }
            return .array(elements)
        case .object:
            var members: [JSONObject.Member] = []
            try self.enterObject(in: bytes)
            while let key = try self.nextKey(in: bytes) {
                try budget.take(at: key.start)
                let name = try key.text(in: bytes)
                let value = try self.readTree(in: bytes, &budget)
                members.append(JSONObject.Member(key: name, value: value))
            }
            return .object(JSONObject(members))
        }
    }
}
