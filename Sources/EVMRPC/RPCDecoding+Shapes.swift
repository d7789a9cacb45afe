// Weir
// SPDX-License-Identifier: Apache-2.0

import JSONBytes

// Objects and lists of any kind, with the path of each member in its fault.
extension RPCDecoding {
    /// Reads a list of what `read` reads.
    static func list<Element>(
        _ bytes: RawSpan, _ cursor: inout JSONCursor, path: String,
        _ read: (RawSpan, inout JSONCursor, _ path: String) throws(RPCReadFault) -> Element
    ) throws(RPCReadFault) -> [Element] {
        var elements: [Element] = []
        do throws(JSONError) {
            try cursor.enterArray(in: bytes)
        } catch {
            throw fault(path, error)
        }
        while try jsonStep({ () throws(JSONError) in try cursor.nextElement(in: bytes) }) {
            elements.append(try read(bytes, &cursor, "\(path)[\(elements.count)]"))
        }
        return elements
    }

    /// Reads an object; `read` reads or skips the value of each member that is not null.
    static func object(
        _ bytes: RawSpan, _ cursor: inout JSONCursor, path: String,
        _ read: (_ name: String, inout JSONCursor) throws(RPCReadFault) -> Void
    ) throws(RPCReadFault) {
        do throws(JSONError) {
            try cursor.enterObject(in: bytes)
        } catch {
            throw fault(path, error)
        }
        while let key = try jsonStep({ () throws(JSONError) in try cursor.nextKey(in: bytes) }) {
            let name = try jsonStep { () throws(JSONError) in try key.text(in: bytes) }
            let isNull = try jsonStep { () throws(JSONError) in try cursor.readNull(in: bytes) }
            if !isNull { try read(name, &cursor) }
        }
    }

    /// Reads an object of plain members, of which some must be there and not null.
    static func members(
        _ bytes: RawSpan, _ cursor: inout JSONCursor, path: String, required: [String],
        _ read: (_ name: String, inout JSONCursor) throws(JSONError) -> Void
    ) throws(RPCReadFault) {
        var seen: Set<String> = []
        try Self.object(bytes, &cursor, path: path) { name, cursor throws(RPCReadFault) in
            do throws(JSONError) {
                try read(name, &cursor)
            } catch {
                throw fault("\(path).\(name)", error)
            }
            seen.insert(name)
        }
        if let missing = required.first(where: { !seen.contains($0) }) {
            throw .missingField(path: "\(path).\(missing)")
        }
    }
}
