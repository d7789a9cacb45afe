// Weir
// SPDX-License-Identifier: Apache-2.0

/// Where a value or a fault stands: a file with line and column (both from 1, columns in Unicode
/// scalars), or, with line 0, a thing that has no lines, such as an environment variable.
package struct ConfigPlace: Equatable, Hashable, Sendable, CustomStringConvertible {
    package var file: String
    package var line: Int
    package var column: Int

    package init(file: String, line: Int = 0, column: Int = 0) {
        self.file = file
        self.line = line
        self.column = column
    }

    /// `weir.yaml:12:5`, or the bare name where there are no lines.
    package var description: String {
        self.line > 0 ? "\(self.file):\(self.line):\(self.column)" : self.file
    }
}

/// One fault of a configuration, with its place, its path and what to do about it.
///
/// ```
/// weir.yaml:12:5: error: chains.base: unknown key "endpoint"; did you mean "endpoints"?
/// ```
///
/// Neither `message` nor `advice` ever holds a secret: values that came from the environment, a
/// file or a credential are named by their origin, and URLs are cut after the host.
package struct ConfigDiagnostic: Error, Equatable, Sendable, CustomStringConvertible {
    package var place: ConfigPlace
    /// Such as `chains.base.endpoints[0].url`; empty for the document as a whole.
    package var path: String
    package var message: String
    package var advice: String?

    package init(
        place: ConfigPlace, path: String = "", message: String, advice: String? = nil
    ) {
        self.place = place
        self.path = path
        self.message = message
        self.advice = advice
    }

    package var file: String { self.place.file }
    package var line: Int { self.place.line }
    package var column: Int { self.place.column }

    package var description: String {
        var text = "\(self.place): error: "
        if !self.path.isEmpty { text += self.path + ": " }
        text += self.message
        if let advice = self.advice { text += "; " + advice }
        return text
    }
}

/// All faults of a configuration at once, sorted by place; never empty when thrown.
package struct ConfigDiagnostics: Error, Equatable, Sendable, CustomStringConvertible {
    package let list: [ConfigDiagnostic]

    /// Sorts by file, line and column, and drops exact repetitions.
    package init(_ faults: [ConfigDiagnostic]) {
        let sorted = faults.enumerated().sorted { left, right in
            let (a, b) = (left.element, right.element)
            return (a.file, a.line, a.column, left.offset) < (
                b.file, b.line, b.column, right.offset
            )
        }
        var list: [ConfigDiagnostic] = []
        for (_, fault) in sorted where list.last != fault {
            list.append(fault)
        }
        self.list = list
    }

    /// One line a fault.
    package var description: String {
        self.list.map(\.description).joined(separator: "\n")
    }
}
