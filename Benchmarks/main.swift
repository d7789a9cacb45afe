// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSONBytes

func complain(_ text: String) {
    FileHandle.standardError.write(Data("WeirBenchmarks: \(text)\n".utf8))
}

if CommandLine.arguments.contains(where: { $0 == "-h" || $0 == "--help" }) {
    print(Arguments.usage)
    exit(0)
}
do {
    let arguments = try Arguments(Array(CommandLine.arguments.dropFirst()))
    switch arguments.command {
    case .forge:
        let forge = try CorpusForge(arguments)
        print(try forge.run())
    case .measure:
        let isExact = try Lines.run(arguments) { row in
            print(arguments.isJSON ? row.json.text() : row.text)
        }
        if !isExact {
            complain("a result is not what it had to be")
            exit(1)
        }
    }
} catch let error as UsageError {
    complain("\(error.message)\n\(Arguments.usage)")
    exit(2)
} catch {
    complain("\(error)")
    exit(1)
}
