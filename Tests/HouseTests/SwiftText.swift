// Weir
// SPDX-License-Identifier: Apache-2.0

/// Swift source with comments and the contents of string literals blanked, line for line.
///
/// Interpolations stay, since they are code. Nested comments, raw strings and multi-line strings
/// are known; regex literals that hold a quotation mark are not.
struct SwiftText {
    private let source: [UInt8]
    private var code: [UInt8] = []
    private var at = 0

    /// The code lines of a text, as many as the text has.
    static func codeLines(of text: String) -> [String] {
        var scanner = SwiftText(source: Array(text.utf8))
        scanner.code.reserveCapacity(scanner.source.count)
        scanner.scanCode(isInterpolation: false)
        return scanner.code.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
    }

    private init(source: [UInt8]) {
        self.source = source
    }

    /// Whether the bytes from here on are these. Called for every byte, so without a loop.
    private func sees(_ first: UnicodeScalar, _ second: UnicodeScalar? = nil) -> Bool {
        guard self.at < self.source.count, self.source[self.at] == UInt8(ascii: first) else {
            return false
        }
        guard let second else { return true }
        return self.at + 1 < self.source.count && self.source[self.at + 1] == UInt8(ascii: second)
    }

    private func seesThreeQuotes() -> Bool {
        self.sees("\"", "\"") && self.at + 2 < self.source.count
            && self.source[self.at + 2] == UInt8(ascii: "\"")
    }

    /// Whether `count` bytes from `offset` on are number signs.
    private func seesHashes(_ count: Int, at offset: Int) -> Bool {
        offset + count <= self.source.count
            && self.source[offset..<offset + count].allSatisfy { $0 == UInt8(ascii: "#") }
    }

    private mutating func keep() {
        self.code.append(self.source[self.at])
        self.at += 1
    }

    private mutating func blank(_ count: Int = 1) {
        for _ in 0..<count where self.at < self.source.count {
            let newline = UInt8(ascii: "\n")
            self.code.append(self.source[self.at] == newline ? newline : UInt8(ascii: " "))
            self.at += 1
        }
    }

    private mutating func scanCode(isInterpolation: Bool) {
        var depth = 0
        while self.at < self.source.count {
            if self.sees("/", "/") {
                while self.at < self.source.count && !self.sees("\n") { self.blank() }
            } else if self.sees("/", "*") {
                self.scanComment()
            } else if self.sees("\"") {
                self.scanString(hashes: 0)
            } else if self.sees("#") {
                var hashes = 0
                while self.seesHashes(hashes + 1, at: self.at) { hashes += 1 }
                let next = self.at + hashes
                if next < self.source.count && self.source[next] == UInt8(ascii: "\"") {
                    self.blank(hashes)
                    self.scanString(hashes: hashes)
                } else {
                    for _ in 0..<hashes { self.keep() }
                }
            } else if isInterpolation && self.sees(")") && depth == 0 {
                self.keep()
                return
            } else {
                if self.sees("(") { depth += 1 }
                if self.sees(")") { depth -= 1 }
                self.keep()
            }
        }
    }

    private mutating func scanComment() {
        var depth = 0
        repeat {
            if self.sees("/", "*") {
                depth += 1
                self.blank(2)
            } else if self.sees("*", "/") {
                depth -= 1
                self.blank(2)
            } else {
                self.blank()
            }
        } while depth > 0 && self.at < self.source.count
    }

    private mutating func scanString(hashes: Int) {
        let isMultiline = self.seesThreeQuotes()
        let quotes = isMultiline ? 3 : 1
        self.blank(quotes)
        while self.at < self.source.count {
            if self.sees("\\") && self.seesHashes(hashes, at: self.at + 1) {
                self.blank(1 + hashes)
                if self.sees("(") {
                    self.keep()
                    self.scanCode(isInterpolation: true)
                } else {
                    self.blank()
                }
            } else if (isMultiline ? self.seesThreeQuotes() : self.sees("\""))
                && self.seesHashes(hashes, at: self.at + quotes)
            {
                self.blank(quotes + hashes)
                return
            } else if !isMultiline && self.sees("\n") {
                return
            } else {
                self.blank()
            }
        }
    }
}

/// An identifier of a line, with what stands beside it.
struct SwiftWord: Equatable {
    var text: String
    /// The character before, blanks passed over.
    var before: Character?
    /// The character right after.
    var after: Character?

    /// The identifiers and keywords of a line of code.
    static func words(of line: String) -> [SwiftWord] {
        var words: [SwiftWord] = []
        var before: Character?
        var current = ""
        var beforeCurrent: Character?
        for character in line + "\n" {
            if character.isLetter || character.isNumber || character == "_" {
                if current.isEmpty { beforeCurrent = before }
                current.append(character)
                continue
            }
            if !current.isEmpty {
                words.append(SwiftWord(text: current, before: beforeCurrent, after: character))
                before = current.last
                current = ""
            }
            if !character.isWhitespace { before = character }
        }
        return words
    }
}
