// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMPrimitives
package import JSONBytes

/// The batch commands of `weir abi`: one line of JSON in, one line of JSON out, without the line
/// feed. A line that cannot be served gives `{"error":"…"}`; nothing throws.
///
/// - decode: `{"types":[…],"data":"0x…"}` → `{"values":[…]}`; `"strict":false` reads leniently
/// - encode: `{"types":[…],"values":[…]}` → `{"data":"0x…"}`; `"packed":true` for the packed form
/// - event: `{"abi":{…} | "signature":"event …","topics":[…],"data":"0x…"}` →
///   `{"event":…,"signature":…,"args":[{"name","type","indexed","value"}]}`
/// - selector: `{"signature":"…"}` → `{"canonical":…,"selector":…,"topic0":…}`
package enum BatchTools {
    package static func decodeLine(_ line: [UInt8]) -> [UInt8] {
        Self.answer(line) { request, writer throws(ABIError) in
            let layout = try ABILayout(try Self.types(request))
            let data = try Self.bytes(request, "data")
            let isStrict = try Self.flag(request, "strict", default: true)
            var tape = ABITape()
            let start = try layout.decode(
                unsafe data.span.bytes, onto: &tape, rules: isStrict ? .strict : .lenient)
            writer.beginObject()
            writer.key("values")
            writer.beginArray()
            for slot in start..<start + layout.parameters.count {
                writer.abiValue(
                    tape, at: slot, nodes: layout.nodes, data: unsafe data.span.bytes)
            }
            writer.endArray()
            writer.endObject()
        }
    }

    package static func encodeLine(_ line: [UInt8]) -> [UInt8] {
        Self.answer(line) { request, writer throws(ABIError) in
            let types = try Self.types(request)
            guard let json = request["values"] else {
                throw .badRequest("expected 'values', a list of one value for each type")
            }
            let values = try ValueJSON.values(json, types: types)
            let isPacked = try Self.flag(request, "packed", default: false)
            // Refuses the types that decoding refuses.
            _ = try ABILayout(types)
            let data =
                isPacked
                ? try ABIEncoder.encodePacked(types.map(\.type), values)
                : try ABIEncoder.encode(types.map(\.type), values)
            writer.beginObject()
            writer.key("data")
            writer.hex(unsafe data.span.bytes)
            writer.endObject()
        }
    }

    package static func eventLine(_ line: [UInt8]) -> [UInt8] {
        Self.answer(line) { request, writer throws(ABIError) in
            let layout = try EventLayout(try Self.event(request))
            guard let list = request["topics"]?.array else {
                throw .badRequest("expected 'topics', a list of up to four hashes")
            }
            var hashes: [Hash256] = []
            for item in list {
                guard let text = item.string, text.hasPrefix("0x"), let hash = Hash256(text) else {
                    throw .badRequest("a topic is not 0x and 64 hex digits")
                }
                hashes.append(hash)
            }
            guard let topics = EventTopics(hashes) else {
                throw .topicCount(expected: layout.event.topicCount, found: hashes.count)
            }
            let data = try Self.bytes(request, "data")
            var tape = ABITape()
            let event = try layout.decode(
                topics: topics, data: unsafe data.span.bytes, onto: &tape)
            writer.beginObject()
            writer.abiEvent(
                layout, event, on: tape, nodes: layout.layout.nodes,
                data: unsafe data.span.bytes)
            writer.endObject()
        }
    }

    package static func selectorLine(_ line: [UInt8]) -> [UInt8] {
        Self.answer(line) { request, writer throws(ABIError) in
            guard let text = request["signature"]?.string else {
                throw .badRequest("expected 'signature', as \"transfer(address,uint256)\"")
            }
            let signature: String
            switch try HumanABI.parseFragment(text) {
            case .function(let function): signature = function.signature
            case .event(let event): signature = event.signature
            case .error(let error): signature = error.signature
            case .other: throw .badRequest("a constructor has no selector")
            }
            let hash = Keccak256.hash(text: signature)
            writer.beginObject()
            writer.key("canonical")
            writer.string(signature)
            writer.key("selector")
            writer.hex(bytes: hash.bytes.prefix(4))
            writer.key("topic0")
            writer.hash(hash)
            writer.endObject()
        }
    }

    // MARK: Parts

    private static func answer(
        _ line: [UInt8],
        _ body: (JSONValue, inout JSONWriter) throws(ABIError) -> Void
    ) -> [UInt8] {
        var writer = JSONWriter()
        do throws(ABIError) {
            try body(try Self.parse(line), &writer)
        } catch {
            writer.removeAll()
            writer.beginObject()
            writer.key("error")
            writer.string(error.description)
            writer.endObject()
        }
        return writer.bytes
    }

    private static func parse(_ line: [UInt8]) throws(ABIError) -> JSONValue {
        let request: JSONValue
        do throws(JSONError) {
            request = try JSONValue(parsing: line)
        } catch {
            throw .json(error)
        }
        guard request.object != nil else { throw .badRequest("expected a JSON object") }
        return request
    }

    private static func types(_ request: JSONValue) throws(ABIError) -> [ABIParameter] {
        guard let list = request["types"]?.array else {
            throw .badRequest("expected 'types', a list of type names")
        }
        var types: [ABIParameter] = []
        for item in list {
            guard let text = item.string else { throw .badRequest("a type is not a string") }
            types.append(ABIParameter(try ABIType(parsing: text)))
        }
        return types
    }

    private static func bytes(_ request: JSONValue, _ key: String) throws(ABIError) -> [UInt8] {
        guard let text = request[key]?.string, text.hasPrefix("0x"),
            let bytes = Hex.decode(text)
        else { throw .badRequest("expected '\(key)', a string of 0x and hex digits") }
        return bytes
    }

    private static func flag(
        _ request: JSONValue, _ key: String, default preset: Bool
    ) throws(ABIError) -> Bool {
        guard let value = request[key] else { return preset }
        guard let flag = value.bool else { throw .badRequest("'\(key)' is not true or false") }
        return flag
    }

    private static func event(_ request: JSONValue) throws(ABIError) -> ABIEvent {
        if let abi = request["abi"] {
            guard case .event(let event) = try JSONABI.fragment(abi, path: "'abi'") else {
                throw .malformedABI("'abi' is not an event")
            }
            return event
        }
        guard let text = request["signature"]?.string else {
            throw .badRequest("expected 'abi', an event fragment, or 'signature', its text")
        }
        return try HumanABI.parseEvent(text)
    }
}

extension JSONWriter {
    /// Writes the members `event`, `signature` and `args` of an object that the caller opens and
    /// closes.
    package mutating func abiEvent(
        _ layout: EventLayout, _ event: DecodedEvent, on tape: ABITape, nodes: [LayoutNode],
        data: RawSpan
    ) {
        self.key("event")
        self.string(layout.name)
        self.key("signature")
        self.string(layout.signature)
        self.key("args")
        self.beginArray()
        for index in 0..<event.count {
            self.beginObject()
            self.key("name")
            self.string(layout.names[index])
            self.key("type")
            self.string(layout.types[index])
            self.key("indexed")
            self.bool(layout.event.inputs[index].isIndexed)
            self.key("value")
            self.abiValue(tape, at: event.slot(of: index), nodes: nodes, data: data)
            self.endObject()
        }
        self.endArray()
    }
}
