// Weir
// SPDX-License-Identifier: Apache-2.0

// References in the text of a value:
//
// 1. `${env:NAME}`: the environment variable; unset is a fault. `${env:NAME:-other}`: `other` where
//    it is unset or empty; `other` may hold references itself.
// 2. `${file:path}`: the file's text without the newlines at its end; a relative path counts from
//    the folder of the configuration file.
// 3. `${cred:name}`: the file of that name in `$CREDENTIALS_DIRECTORY`, likewise.
// 4. `$${` stands for `${`. Any other `${` is a fault: more likely a slip than meant.
// 5. What a reference gives is taken as it is: references within it are not followed.

/// Writes the references in values out, and remembers where each came from.
struct Interpolation {
    /// A value after its references were written out.
    struct Outcome: Equatable {
        var text = ""
        /// Empty for a text without references.
        var origins: [Origin] = []
    }

    /// What is wrong with a reference; names it, never its value.
    struct Fault: Error, Equatable {
        var message: String
        var advice: String
    }

    private let surroundings: ConfigSurroundings
    private let limits: ConfigLimits
    private let directory: String?
    private let isOn: Bool
    private var files: [String: String] = [:]
    private var expandedBytes = 0

    /// - Parameters:
    ///   - directory: the folder that relative paths count from; nil: the working folder.
    ///   - isOn: false leaves every text as it is.
    init(
        surroundings: ConfigSurroundings, directory: String?, limits: ConfigLimits,
        isOn: Bool = true
    ) {
        self.isOn = isOn
        self.surroundings = surroundings
        self.directory = directory
        self.limits = limits
    }

    /// `text` with all its references written out.
    mutating func expand(_ text: String) throws(Fault) -> Outcome {
        guard self.isOn, text.utf8.contains(UInt8(ascii: "$")) else {
            return Outcome(text: text)
        }
        return try self.expand(Array(text.utf8)[...], depth: 0)
    }

    private mutating func expand(
        _ bytes: ArraySlice<UInt8>, depth: Int
    ) throws(Fault) -> Outcome {
        guard depth < 8 else {
            throw Fault(
                message: "references are nested more than 8 deep", advice: "use fewer defaults")
        }
        var text: [UInt8] = []
        var origins: [Origin] = []
        var rest = bytes
        while let first = rest.first {
            if rest.starts(with: "$${".utf8) {
                text += "${".utf8
                rest = rest.dropFirst(3)
            } else if rest.starts(with: "${".utf8) {
                let body = try Self.body(of: rest)
                let part = try self.resolve(body, depth: depth)
                text += part.text.utf8
                origins += part.origins
                rest = rest[(body.endIndex + 1)...]
            } else {
                text.append(first)
                rest = rest.dropFirst()
            }
        }
        return Outcome(text: String(decoding: text, as: UTF8.self), origins: origins)
    }

    /// What stands between `${` and its `}`.
    private static func body(of text: ArraySlice<UInt8>) throws(Fault) -> ArraySlice<UInt8> {
        var depth = 0
        var index = text.startIndex
        while index < text.endIndex {
            if text[index] == UInt8(ascii: "$"), text[(index + 1)...].first == UInt8(ascii: "{") {
                depth += 1
                index += 1
            } else if text[index] == UInt8(ascii: "}") {
                depth -= 1
                if depth == 0 { return text[(text.startIndex + 2)..<index] }
            }
            index += 1
        }
        throw Fault(
            message: "a reference that begins with ${ is not closed",
            advice: "close it with }, or write $${ for a literal ${")
    }

    private mutating func resolve(
        _ body: ArraySlice<UInt8>, depth: Int
    ) throws(Fault) -> Outcome {
        let text = String(decoding: body, as: UTF8.self)
        guard let colon = body.firstIndex(of: UInt8(ascii: ":")) else {
            throw Self.unknownReference(text)
        }
        let rest = body[(colon + 1)...]
        let argument = String(decoding: rest, as: UTF8.self)
        switch String(decoding: body[..<colon], as: UTF8.self) {
        case "env": return try self.variable(rest, depth: depth)
        case "file":
            guard !argument.isEmpty else {
                throw Fault(message: "${file:} names no file", advice: "write ${file:/path}")
            }
            return try self.file(argument, at: self.absolute(argument), .file(argument))
        case "cred": return try self.credential(argument)
        default: throw Self.unknownReference(text)
        }
    }

    private static func unknownReference(_ text: String) -> Fault {
        // Only what looks like a name is shown: a slip may have put anything here.
        let name = text.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
        let isName = !name.isEmpty && name.count == text.count
        return Fault(
            message: "unknown reference " + (isName ? "${\(text)}" : "${…}"),
            advice: (isName ? "write ${env:\(text)}" : "write ${env:NAME}, ${file:/path}")
                + " or ${cred:name}, or $${ for a literal ${")
    }

    private mutating func variable(
        _ body: ArraySlice<UInt8>, depth: Int
    ) throws(Fault) -> Outcome {
        let nameBytes = body.prefix { $0 != UInt8(ascii: ":") }
        let name = String(decoding: nameBytes, as: UTF8.self)
        let rest = body[nameBytes.endIndex...]
        let other = rest.starts(with: ":-".utf8) ? rest.dropFirst(2) : nil
        guard Self.isVariableName(nameBytes), rest.isEmpty || other != nil else {
            throw Fault(
                message: "${env:…} needs the name of a variable",
                advice: "write ${env:NAME} or ${env:NAME:-default}")
        }
        let value = self.surroundings.variables[name]
        if let other, value?.isEmpty ?? true {
            return try self.expand(other, depth: depth + 1)
        }
        guard let value else {
            throw Fault(
                message: "environment variable \(name) is not set",
                advice: "set it, or write ${env:\(name):-default}")
        }
        try self.count(value)
        return Outcome(text: value, origins: [.environment(name)])
    }

    private static func isVariableName(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let first = bytes.first, !(0x30...0x39).contains(first) else { return false }
        return bytes.allSatisfy {
            (0x30...0x39).contains($0) || (0x61...0x7a).contains($0 | 0x20) || $0 == 0x5f
        }
    }

    private mutating func credential(_ name: String) throws(Fault) -> Outcome {
        guard !name.isEmpty, !name.contains("/"), name != ".", name != ".." else {
            throw Fault(
                message: "${cred:…} needs the plain name of a credential",
                advice: "write ${cred:name} without a path")
        }
        guard let directory = self.surroundings.variables["CREDENTIALS_DIRECTORY"],
            !directory.isEmpty
        else {
            throw Fault(
                message: "credential \(Redaction.quoted(name)): CREDENTIALS_DIRECTORY is not set",
                advice: "start Weir by systemd with LoadCredential=, or use ${file:/path}")
        }
        return try self.file(name, at: "\(directory)/\(name)", .credential(name))
    }

    /// A path as seen from the configuration file's folder.
    func absolute(_ path: String) -> String {
        guard let directory = self.directory, !directory.isEmpty, !path.hasPrefix("/") else {
            return path
        }
        return directory.hasSuffix("/") ? directory + path : "\(directory)/\(path)"
    }

    /// The text of a file, its last newlines cut; each file is read once.
    mutating func file(
        _ name: String, at path: String, _ origin: Origin
    ) throws(Fault) -> Outcome {
        if let text = self.files[path] {
            try self.count(text)
            return Outcome(text: text, origins: [origin])
        }
        let bytes: [UInt8]
        switch self.surroundings.readFile(path, self.limits.fileBytes) {
        case .success(let read) where read.count > self.limits.fileBytes:
            throw Self.fault(name, .tooLarge(limitBytes: self.limits.fileBytes))
        case .success(let read): bytes = read
        case .failure(let fault): throw Self.fault(name, fault)
        }
        let end = bytes.lastIndex { $0 != 0x0a && $0 != 0x0d }.map { $0 + 1 } ?? 0
        guard let text = String(validating: bytes[..<end], as: UTF8.self) else {
            throw Fault(
                message: "file \(Redaction.quoted(name)) is not UTF-8", advice: "save it as UTF-8")
        }
        self.files[path] = text
        try self.count(text)
        return Outcome(text: text, origins: [origin])
    }

    private static func fault(_ name: String, _ fault: ConfigFileFault) -> Fault {
        Fault(message: "file \(Redaction.quoted(name)) \(fault)", advice: fault.advice)
    }

    private mutating func count(_ text: String) throws(Fault) {
        self.expandedBytes += text.utf8.count
        guard self.expandedBytes <= self.limits.expandedBytes else {
            throw Fault(
                message: "references give more than \(self.limits.expandedBytes) bytes in all",
                advice: "use smaller or fewer files")
        }
    }
}
