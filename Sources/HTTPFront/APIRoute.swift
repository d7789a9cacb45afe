// Weir
// SPDX-License-Identifier: Apache-2.0

/// An address under `/api` that the application answers with JSON.
///
///     APIRoute(.get, "/api/v2/silence/{id}") { (request) async throws(HTTPProblem) in
///         .json(try await silences.document(request.parameter))
///     }
package struct APIRoute: Sendable {
    package enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case delete = "DELETE"
    }

    /// Who may.
    package enum Access: Sendable {
        case anybody
        /// Who shows the token; nil: nobody, and the text says what to configure.
        case token(BearerToken?, advice: String)
    }

    /// The longest body that is read.
    package static let bodyBytesMax = 1 << 20

    package let method: Method
    /// The path; a last segment `{…}` stands for any one segment.
    package let path: String
    package let access: Access
    package let answer: @Sendable (APIRequest) async throws(HTTPProblem) -> APIAnswer

    package init(
        _ method: Method, _ path: String, access: Access = .anybody,
        answer: @escaping @Sendable (APIRequest) async throws(HTTPProblem) -> APIAnswer
    ) {
        self.method = method
        self.path = path
        self.access = access
        self.answer = answer
    }

    /// What stands in the place of the last segment, empty where the path has none; nil where the path
    /// is another one.
    func parameter(in path: String) -> String? {
        guard self.path.hasSuffix("}"), let slash = self.path.lastIndex(of: "/") else {
            return path == self.path ? "" : nil
        }
        let front = self.path[...slash]
        guard path.hasPrefix(front) else { return nil }
        let rest = path.dropFirst(front.count)
        return rest.isEmpty || rest.contains("/") ? nil : String(rest)
    }
}

/// A request for an ``APIRoute``.
package struct APIRequest: Sendable {
    /// What stood in the place of the path's `{…}`.
    package var parameter: String
    /// The decoded items of the query, in their order.
    package var query: [(name: String, value: String)]
    package var body: [UInt8]

    package init(
        parameter: String = "", query: [(name: String, value: String)] = [], body: [UInt8] = []
    ) {
        self.parameter = parameter
        self.query = query
        self.body = body
    }

    /// The values of a query key, in their order.
    package func values(_ name: String) -> [String] {
        self.query.filter { $0.name == name }.map(\.value)
    }

    /// The only value of a query key, nil where it does not stand there.
    ///
    /// - Throws: 400 where it stands twice.
    package func value(_ name: String) throws(HTTPProblem) -> String? {
        let values = self.values(name)
        guard values.count < 2 else {
            throw .badRequest("The query key \"\(name)\" stands twice; give it once.")
        }
        return values.first
    }

    /// Refuses keys that no answer looks at: a mistyped one must not be passed over.
    package func allow(_ names: [String]) throws(HTTPProblem) {
        for item in self.query where !names.contains(item.name) {
            throw .badRequest(
                "There is no query key \"\(item.name.prefix(64))\"; the keys are "
                    + names.joined(separator: ", ") + ".")
        }
    }
}

/// The answer of an ``APIRoute``.
package struct APIAnswer: Sendable, Equatable {
    package var status: Int
    /// A JSON document.
    package var json: [UInt8]

    package init(status: Int = 200, json: [UInt8]) {
        self.status = status
        self.json = json
    }
}

extension [APIRoute] {
    /// The route of a request, with what stands in its place.
    func find(_ method: String, _ path: String) -> (route: APIRoute, parameter: String)? {
        for route in self where route.method.rawValue == method {
            if let parameter = route.parameter(in: path) { return (route, parameter) }
        }
        return nil
    }

    /// The methods that an address has, as the `Allow` header lists them; nil where it does not exist.
    func allowed(_ path: String) -> String? {
        let methods = self.filter { $0.parameter(in: path) != nil }.map(\.method.rawValue)
        if methods.isEmpty { return nil }
        return (methods + (methods.contains("GET") ? ["HEAD"] : [])).sorted()
            .joined(separator: ", ")
    }
}
