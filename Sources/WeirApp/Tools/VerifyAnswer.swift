// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMRPC
import JSONBytes

/// What `weir verify` answers to one document of its input.
enum VerifyAnswer: Sendable, Equatable {
    case verified(VerdictSheet)
    /// The document is not a block with receipts; why.
    case refused(String)

    /// Reads and verifies one document.
    init(_ document: [UInt8]) async {
        do throws(RPCReadFault) {
            let document = try BlockDocument(parsing: document)
            let verdict = await BlockVerifier.verdict(
                of: document.block, receipts: document.receipts)
            self = .verified(VerdictSheet(document, verdict))
        } catch {
            self = .refused("\(error)")
        }
    }

    /// Answers to many documents, in their order, made on all cores.
    static func all(_ documents: [[UInt8]]) async -> [VerifyAnswer] {
        await withTaskGroup(of: (Int, VerifyAnswer).self) { tasks in
            for (index, document) in documents.enumerated() {
                tasks.addTask { (index, await VerifyAnswer(document)) }
            }
            var answers: [Int: VerifyAnswer] = [:]
            for await (index, answer) in tasks { answers[index] = answer }
            return answers.sorted { $0.key < $1.key }.map(\.value)
        }
    }

    /// A line of the batch form, without its line feed.
    var json: [UInt8] {
        switch self {
        case .verified(let sheet): return sheet.json
        case .refused(let reason):
            var json = JSONWriter()
            json.beginObject()
            json.key("error")
            json.string(reason)
            json.endObject()
            return json.bytes
        }
    }

    /// What in it is not good: checks that failed, or the refusal.
    var findings: Int {
        switch self {
        case .verified(let sheet): sheet.failures
        case .refused: 1
        }
    }
}
