// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMABI
import EVMPrimitives
import JSONBytes
package import Tabular

/// One call of `weir abi` with arguments in place of a line of JSON.
///
/// Each gives the same answer as the batch form, as JSON and as a table.
package struct ABIAnswer: Sendable, Equatable {
    /// The line of the batch form.
    package let json: [UInt8]
    package let table: Table

    /// Decodes `data` as `uint256,address`, or as the call `transfer(address,uint256)`, whose
    /// selector is checked and cut off.
    package static func decode(
        types: String, data: String, isStrict: Bool,
    ) throws(ToolError) -> ABIAnswer {
        let (parameters, selector) = try Self.parameters(types)
        var data = data.hasPrefix("0x") || data.hasPrefix("0X") ? String(data.dropFirst(2)) : data
        if let selector {
            guard data.lowercased().hasPrefix(selector) else {
                throw .refused("\(ABIError.selectorMismatch): expected 0x\(selector)")
            }
            data = String(data.dropFirst(selector.count))
        }
        let line = JSONValue.object(
            JSONObject([
                .init(key: "types", value: Self.list(parameters.map(\.type.canonical))),
                .init(key: "data", value: .string("0x" + data)),
                .init(key: "strict", value: .bool(isStrict)),
            ]))
        let (json, answer) = try Self.ask(line, BatchTools.decodeLine)
        var table = Self.valueTable()
        for (index, value) in (answer["values"]?.array ?? []).enumerated() {
            guard index < parameters.count else { break }
            table.append([
                .text(parameters[index].label(index)), .text(parameters[index].type.canonical),
                .text(Self.text(value)),
            ])
        }
        return ABIAnswer(json: json, table: table)
    }

    /// Encodes values, as text, for `uint256,address`, or the call `transfer(address,uint256)` with
    /// its selector. Arrays and tuples are JSON arrays.
    package static func encode(
        types: String, values: [String], isPacked: Bool,
    ) throws(ToolError) -> ABIAnswer {
        let (parameters, selector) = try Self.parameters(types)
        guard parameters.count == values.count else {
            throw .refused(
                "\(parameters.count) values are expected for \(types), and \(values.count) are "
                    + "given")
        }
        guard selector == nil || !isPacked else {
            throw .usage("a call has no packed form; give types instead of a function")
        }
        var list: [JSONValue] = []
        for (parameter, text) in zip(parameters, values) {
            list.append(try Self.value(text, parameter.type))
        }
        let line = JSONValue.object(
            JSONObject([
                .init(key: "types", value: Self.list(parameters.map(\.type.canonical))),
                .init(key: "values", value: .array(list)),
                .init(key: "packed", value: .bool(isPacked)),
            ]))
        let (_, answer) = try Self.ask(line, BatchTools.encodeLine)
        let data = "0x" + (selector ?? "") + (answer["data"]?.string?.dropFirst(2) ?? "")
        var table = Table(columns: [Column("data", "Data")])
        table.append([.text(data)])
        return ABIAnswer(
            json: JSONValue.object(JSONObject([.init(key: "data", value: .string(data))]))
                .encoded(),
            table: table)
    }

    /// Decodes a log of the event `event Transfer(address indexed from, …)`.
    package static func event(
        signature: String, topics: [String], data: String,
    ) throws(ToolError) -> ABIAnswer {
        let line = JSONValue.object(
            JSONObject([
                .init(key: "signature", value: .string(signature)),
                .init(key: "topics", value: Self.list(topics)),
                .init(key: "data", value: .string(data)),
            ]))
        let (json, answer) = try Self.ask(line, BatchTools.eventLine)
        var table = Table(
            title: answer["signature"]?.string ?? "",
            columns: [
                Column("name", "Name"), Column("type", "Type"), Column("indexed", "Indexed"),
                Column("value", "Value"),
            ])
        for argument in answer["args"]?.array ?? [] {
            table.append([
                .text(argument["name"]?.string ?? ""), .text(argument["type"]?.string ?? ""),
                .text(argument["indexed"]?.bool == true ? "yes" : "no"),
                .text(argument["value"].map(Self.text) ?? ""),
            ])
        }
        return ABIAnswer(json: json, table: table)
    }

    /// The canonical form of a signature, its selector and its topic 0.
    package static func selector(_ signature: String) throws(ToolError) -> ABIAnswer {
        let line = JSONValue.object(
            JSONObject([.init(key: "signature", value: .string(signature))]))
        let (json, answer) = try Self.ask(line, BatchTools.selectorLine)
        let keys = ["canonical", "selector", "topic0"]
        var table = Table(columns: [
            Column("canonical", "Canonical"), Column("selector", "Selector"),
            Column("topic0", "Topic 0"),
        ])
        table.append(keys.map { .text(answer[$0]?.string ?? "") })
        return ABIAnswer(json: json, table: table)
    }

    // MARK: Parts

    private static func ask(
        _ request: JSONValue, _ tool: ([UInt8]) -> [UInt8]
    ) throws(ToolError) -> (json: [UInt8], answer: JSONValue) {
        let json = tool(request.encoded())
        guard let answer = try? JSONValue(parsing: json) else {
            throw .refused("the answer cannot be read back")
        }
        if let error = answer["error"]?.string { throw .refused(error) }
        return (json, answer)
    }

    /// The parameters of a list of types or of a function, and the function's selector in hex.
    private static func parameters(
        _ text: String
    ) throws(ToolError) -> (parameters: [ABIParameter], selector: String?) {
        do throws(ABIError) {
            let name = text.drop { $0 == " " }.prefix { $0 != "(" && $0 != "," && $0 != " " }
            if !name.isEmpty, name != "tuple", text.contains("("), !text.hasPrefix("("),
                (try? ABIType(parsing: String(name))) == nil,
                case .function(let function) = try HumanABI.parseFragment(text)
            {
                return (
                    function.inputs,
                    Hex.encode(selectorBytes(function.selector), prefix: false)
                )
            }
            return (try HumanABI.parseFunction("f(\(text))").inputs, nil)
        } catch {
            throw .refused("\(text): \(error)")
        }
    }

    private static func value(_ text: String, _ type: ABIType) throws(ToolError) -> JSONValue {
        switch type {
        case .bool where text == "true": return .bool(true)
        case .bool where text == "false": return .bool(false)
        case .array, .fixedArray, .tuple:
            do throws(JSONError) {
                return try JSONValue(parsing: Array(text.utf8))
            } catch {
                throw .refused(
                    "the value for \(type.canonical) is not a JSON array: \(error)")
            }
        default: return .string(text)
        }
    }

    private static func text(_ value: JSONValue) -> String {
        value.string ?? value.text()
    }

    private static func list(_ texts: [String]) -> JSONValue {
        .array(texts.map { .string($0) })
    }

    private static func valueTable() -> Table {
        Table(columns: [Column("name", "Name"), Column("type", "Type"), Column("value", "Value")])
    }
}
