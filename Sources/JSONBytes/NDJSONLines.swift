// Weir
// SPDX-License-Identifier: Apache-2.0

/// Splits chunks of bytes, however they arrive, into the lines of NDJSON.
///
///     lines.append(chunk)
///     while true {
///         do throws(JSONError) {
///             guard let line = try lines.next() else { break }
///             use(lines.buffer[line])
///         } catch { report(error) }      // this line only; the next call goes on
///     }
///
/// A line ends with LF or CRLF. Lines of nothing but spaces, tabs and CR are counted and passed
/// over. After `finish()` a last line without an end is given as well. At most one line of
/// `maxLineBytes` and one chunk are held: of a longer line the rest is thrown away as it comes.
package struct NDJSONLines: Sendable {
    /// The bytes that ranges of ``next()`` point into, until the next call of ``append(_:)``.
    package private(set) var buffer: [UInt8] = []

    /// The number of the line that ``next()`` gave or refused last, counted from 1.
    package private(set) var lineNumber = 0

    package let maxLineBytes: Int

    /// Where the next line starts in the buffer.
    private var start = 0

    /// Up to where the buffer has been searched for the end of the line at `start`.
    private var searched = 0

    /// The line at `start` has been refused; what is left of it is being thrown away.
    private var isDiscarding = false

    private var isFinished = false

    /// - Parameter maxLineBytes: without the line feed.
    package init(maxLineBytes: Int = 64 << 20) {
        self.maxLineBytes = max(maxLineBytes, 1)
    }

    /// Takes the next bytes. Ranges given before are void.
    package mutating func append(_ chunk: some Collection<UInt8>) {
        if self.start > 0 {
            self.buffer.removeSubrange(0..<self.start)
            self.searched -= self.start
            self.start = 0
        }
        self.buffer.append(contentsOf: chunk)
    }

    /// No bytes follow: what is left is the last line.
    package mutating func finish() {
        self.isFinished = true
    }

    /// The range of the next whole line in ``buffer``, without its end; nil if more bytes are
    /// needed or, after ``finish()``, nothing is left.
    ///
    /// - Throws: ``JSONError/lineTooLong(line:limit:)``, once for such a line and as soon as it
    ///   is known. The next call goes on with the line after it.
    package mutating func next() throws(JSONError) -> Range<Int>? {
        while true {
            guard let end = self.lineEnd() else {
                try self.refuseIfTooLong(upTo: self.buffer.count)
                return nil
            }
            let line = self.start..<end
            let next = min(end + 1, self.buffer.count)
            if self.isDiscarding {
                self.isDiscarding = false
                self.move(to: next)
                continue
            }
            if line.count > self.maxLineBytes {
                self.move(to: next)
                self.lineNumber += 1
                throw .lineTooLong(line: self.lineNumber, limit: self.maxLineBytes)
            }
            self.move(to: next)
            self.lineNumber += 1
            if let content = self.content(of: line) { return content }
        }
    }

    /// The place of the line feed that ends the line at `start`, or of the end of all bytes.
    private mutating func lineEnd() -> Int? {
        if let found = unsafe Self.lineFeed(in: self.buffer.span.bytes, from: self.searched) {
            return found
        }
        self.searched = self.buffer.count
        return self.isFinished && self.start < self.buffer.count ? self.buffer.count : nil
    }

    /// Reports an unfinished line that is too long already, and lets go of its bytes.
    private mutating func refuseIfTooLong(upTo end: Int) throws(JSONError) {
        let isTooLong = end - self.start > self.maxLineBytes
        guard isTooLong || self.isDiscarding else { return }
        let wasDiscarding = self.isDiscarding
        self.move(to: end)
        self.isDiscarding = true
        if !wasDiscarding {
            self.lineNumber += 1
            throw .lineTooLong(line: self.lineNumber, limit: self.maxLineBytes)
        }
    }

    private mutating func move(to offset: Int) {
        self.start = offset
        self.searched = offset
    }

    /// The line without the CR at its end; nil if it is blank.
    private func content(of line: Range<Int>) -> Range<Int>? {
        var end = line.upperBound
        if end > line.lowerBound, self.buffer[end - 1] == 0x0d { end -= 1 }
        let content = line.lowerBound..<end
        let isBlank = self.buffer[content].allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0d }
        return isBlank ? nil : content
    }

    /// The first line feed, eight bytes a step.
    private static func lineFeed(in bytes: RawSpan, from start: Int) -> Int? {
        var at = start
        while at &+ 8 <= bytes.byteCount {
            let word = unsafe bytes.uncheckedWord(at) ^ eight(0x0a)
            let stops = (word &- eight(1)) & ~word & eight(0x80)
            if stops != 0 { return at &+ stops.trailingZeroBitCount &>> 3 }
            at &+= 8
        }
        while at < bytes.byteCount {
            if unsafe bytes.uncheckedByte(at) == 0x0a { return at }
            at &+= 1
        }
        return nil
    }
}
