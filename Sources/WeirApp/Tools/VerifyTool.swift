// Weir
// SPDX-License-Identifier: Apache-2.0

import JSONBytes
package import Tabular

/// `weir verify`: blocks against their own hashes, roots, blooms and signatures.
package enum VerifyTool {
    /// What files held.
    package struct Report: Sendable {
        /// One row a block.
        package var table = Table(columns: VerdictSheet.columns)
        /// An array of the lines of the batch form.
        package var json: [UInt8] = []
        /// Checks that failed, and documents that could not be read.
        package var findings = 0

        /// - Throws: `.findings` where there are any.
        package func check() throws(ToolError) {
            if self.findings > 0 { throw .findings(count: self.findings) }
        }
    }

    /// Serves standard input until it ends: one line of JSON in, one line out, in order. A bad line
    /// gives `{"error":"…"}`, and the run goes on; answers leave before the next read waits.
    ///
    /// - Throws: `ToolError.outputClosed` where nobody reads the answers any more.
    package static func batch() async throws(ToolError) {
        try await self.batch(ByteInput(path: nil, boundary: .line), ByteOutput())
    }

    static func batch(
        _ input: consuming ByteInput, _ output: consuming ByteOutput
    ) async throws(ToolError) {
        var input = input
        var output = output
        var isGoing = true
        while isGoing {
            var lines: [[UInt8]] = []
            do throws(ToolError) {
                isGoing = try input.next(
                    waiting: { () throws(ToolError) in try output.flush() },
                    { piece throws(ToolError) in lines = Self.lines(of: piece) })
            } catch {
                guard case .inputTooLong = error else { throw error }
                try output.writeLine(VerifyAnswer.refused("\(error)").json)
            }
            for answer in await VerifyAnswer.all(lines) { try output.writeLine(answer.json) }
        }
        try output.flush()
    }

    /// Verifies all documents of some files; `-` is standard input. Documents may be written over
    /// many lines.
    package static func files(_ paths: [String]) async throws(ToolError) -> Report {
        var report = Report()
        var json = JSONWriter()
        json.beginArray()
        for path in paths {
            var input = try ByteInput(path: path, boundary: .document)
            var isGoing = true
            while isGoing {
                var documents: [[UInt8]] = []
                isGoing = try input.next { piece throws(ToolError) in
                    documents = Self.documents(of: piece)
                }
                for answer in await VerifyAnswer.all(documents) {
                    json.raw(answer.json)
                    report.findings += answer.findings
                    switch answer {
                    case .verified(let sheet): report.table.append(sheet.row)
                    case .refused(let reason):
                        let blanks = Array(
                            repeating: Cell.empty, count: VerdictSheet.columns.count - 1)
                        report.table.append(blanks + [.text("\(path): \(reason)")])
                    }
                }
            }
        }
        json.endArray()
        report.json = json.bytes
        return report
    }

    // MARK: Pieces

    /// The lines of a piece, blank ones too, without their line feeds.
    static func lines(of piece: RawSpan) -> [[UInt8]] {
        unsafe piece.withUnsafeBytes { bytes in
            var lines = unsafe bytes.split(separator: 0x0a, omittingEmptySubsequences: false)
                .map { unsafe Array($0) }
            // What is behind the last line feed is a line only if there is something.
            if lines.last?.isEmpty == true { lines.removeLast() }
            return lines
        }
    }

    /// The JSON documents of a piece. One that is not JSON reaches to the next opening bracket at
    /// the margin.
    static func documents(of piece: RawSpan) -> [[UInt8]] {
        var documents: [[UInt8]] = []
        var cursor = JSONCursor()
        while true {
            cursor.skipWhitespace(in: piece)
            let start = cursor.offset
            guard start < piece.byteCount else { return documents }
            do throws(JSONError) {
                try cursor.skipValue(in: piece)
            } catch {
                cursor = JSONCursor(at: Self.nextMargin(in: piece, from: start))
            }
            documents.append(
                unsafe piece.extracting(start..<cursor.offset).withUnsafeBytes { unsafe Array($0) })
        }
    }

    private static func nextMargin(in piece: RawSpan, from start: Int) -> Int {
        unsafe piece.withUnsafeBytes { bytes in
            var at = start
            while let lineFeed = unsafe bytes[at...].firstIndex(of: 0x0a) {
                at = lineFeed + 1
                guard at < bytes.count else { break }
                let next = unsafe bytes[at]
                if next == UInt8(ascii: "{") || next == UInt8(ascii: "[") { return at }
            }
            return bytes.count
        }
    }
}
