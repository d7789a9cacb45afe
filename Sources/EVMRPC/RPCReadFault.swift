// Weir
// SPDX-License-Identifier: Apache-2.0

package import JSONBytes

/// Why a body is not the answer to what was asked, or a document not what it has to be.
package enum RPCReadFault: Error, Equatable, Sendable {
    case empty
    case html
    /// Not JSON, or cut off.
    case json(JSONError)
    /// JSON, but neither an answer nor a list of answers.
    case notAnAnswer
    /// An answer without `id`.
    case noID
    /// An answer to something that was not asked; the id as it stands there.
    case foreignID(String)
    case duplicateID(UInt64)
    /// Neither `result` nor `error`.
    case neither
    /// A member of the result that is not as it has to be: `result.logsBloom`.
    case field(path: String, JSONError)
    case missingField(path: String)
    case bad(path: String, String)
    /// A block whose hash is null: a pending one.
    case blockWithoutHash
}

extension RPCReadFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .empty: "the body is empty"
        case .html: "HTML instead of JSON; check the URL"
        case .json(let error): "\(error)"
        case .notAnAnswer: "JSON, but not a JSON-RPC answer"
        case .noID: "an answer without id"
        case .foreignID(let id): "an answer to another request (id \(id))"
        case .duplicateID(let id): "two answers to one request (id \(id))"
        case .neither: "an answer with neither result nor error"
        case .field(let path, let error): "\(path): \(error)"
        case .missingField(let path): "\(path) is missing"
        case .bad(let path, let why): "\(path): \(why)"
        case .blockWithoutHash: "block without hash (a pending block?)"
        }
    }
}
