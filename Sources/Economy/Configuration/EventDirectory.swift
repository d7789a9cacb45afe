// Weir
// SPDX-License-Identifier: Apache-2.0

package import ConfigTree
package import EVMABI

/// Finds what references to events and arguments mean, and says what is wrong with those that mean
/// nothing.
package struct EventDirectory {
    /// By the chain's name: also the empty ones of chains without contracts, made on reading.
    package private(set) var catalogs: CatalogsByChain
    private var chainOfAlias: [String: String] = [:]
    private var aliases: [String] = []
    private var faulty: Set<String> = []
    private var functions: [String: [FunctionContract]] = [:]
    private var errors: [String: [ABIErrorFragment]] = [:]

    /// The catalogs of chains; one without contracts has an empty one.
    package struct CatalogsByChain: Sendable {
        fileprivate var byChain: [String: EventCatalog] = [:]

        package subscript(chain: String) -> EventCatalog? {
            self.byChain[chain] ?? (try? EventCatalog([]))
        }
    }

    /// An event that a reference stands for.
    package struct Event: Sendable {
        package var chain: String
        /// At least one; all have the same arguments.
        package var slots: [Int]
        package var layout: EventLayout
    }

    /// A contract of the file.
    package struct Contract: Sendable {
        package var chain: String
        package var contract: CatalogContract
        package var functions: [ABIFunction]
        package var errors: [ABIErrorFragment]

        package init(
            chain: String, contract: CatalogContract, functions: [ABIFunction] = [],
            errors: [ABIErrorFragment] = []
        ) {
            self.chain = chain
            self.contract = contract
            self.functions = functions
            self.errors = errors
        }
    }

    /// Takes the contracts of a file by their aliases; nil stands for a faulty one, which has been
    /// reported: what refers to it is no further fault.
    ///
    /// - Parameter fail: told what is wrong with the contracts of a chain together.
    package init(
        _ contracts: [(alias: String, contract: Contract?)],
        fail: (_ chain: String, ABIError) -> Void
    ) {
        self.catalogs = CatalogsByChain()
        var lists: [String: [CatalogContract]] = [:]
        for (alias, contract) in contracts {
            self.aliases.append(alias)
            guard let contract else {
                self.faulty.insert(alias)
                continue
            }
            self.chainOfAlias[alias] = contract.chain
            lists[contract.chain, default: []].append(contract.contract)
            self.functions[contract.chain, default: []].append(
                FunctionContract(
                    alias: alias, address: contract.contract.address,
                    functions: contract.functions))
            self.errors[contract.chain, default: []] += contract.errors
        }
        for (chain, list) in lists {
            do throws(ABIError) {
                self.catalogs.byChain[chain] = try EventCatalog(list)
            } catch {
                fail(chain, error)
            }
        }
    }

    /// The chain of a contract; nil where there is none of that name, or it is faulty.
    package func chain(ofContract alias: String) -> String? { self.chainOfAlias[alias] }

    /// The contract of an alias; nil where there is none, or it is faulty.
    package func contract(_ alias: String) -> CatalogContract? {
        self.chainOfAlias[alias].flatMap { self.catalogs[$0] }?.contracts
            .first { $0.alias == alias }
    }

    /// The functions of a chain's contracts; none where two of them are at odds, which has been
    /// reported.
    package func functions(on chain: String) -> FunctionCatalog {
        (try? FunctionCatalog(self.functions[chain] ?? [])) ?? FunctionCatalog()
    }

    /// The custom errors of a chain's contracts, each once: a contract passes on those of the ones
    /// that it calls.
    package func errors(on chain: String) -> [ABIErrorFragment] {
        var known: Set<String> = []
        return (self.errors[chain] ?? []).filter { known.insert($0.signature).inserted }
            .sorted { $0.signature < $1.signature }
    }

    /// The aliases of the file's contracts.
    package var contractNames: [String] { self.aliases }

    /// The event of a reference such as `JobMarketplace.JobPosted`. Nil: the fault has been
    /// reported, here or at the contract.
    package func event(_ scalar: ConfigScalar) -> Event? {
        self.event(scalar.text) { Self.fail(scalar, $0, $1) }
    }

    /// The event of a reference that stands in the file itself.
    package func event(
        _ reference: String, fail: (_ message: String, _ advice: String?) -> Void
    ) -> Event? {
        guard let events = self.events(reference, fail: fail) else { return nil }
        guard events.count == 1 else {
            fail(
                "the arguments of \(reference.quoted) stand in other places in other "
                    + "implementations",
                "only trackers read such an event, each declaration by its own names")
            return nil
        }
        return events[0]
    }

    /// The declarations of a reference: several only where implementations of a proxy put the same
    /// names in other places. Nil: the fault has been reported.
    func events(_ scalar: ConfigScalar) -> [Event]? {
        self.events(scalar.text) { Self.fail(scalar, $0, $1) }
    }

    private static func fail(_ scalar: ConfigScalar, _ message: String, _ advice: String?) {
        // A text that may be a secret must not be quoted, so it is only said where it is from.
        scalar.origin.mayBeSecret
            ? scalar.fail("there is no such event", advice: "found \(scalar.shown)")
            : scalar.fail(message, advice: advice)
    }

    private func events(
        _ reference: String, fail: (_ message: String, _ advice: String?) -> Void
    ) -> [Event]? {
        guard let dot = reference.firstIndex(of: ".") else {
            let names = self.catalogs.byChain.values.flatMap(\.eventNames)
            let found = names.sorted().filter { $0.hasSuffix(".\(reference)") }
            fail(
                "expected Contract.Event, found \(reference.quoted)",
                found.isEmpty
                    ? Suggestion.advice(
                        for: reference, among: names.sorted(), kind: "known events")
                    : "write \(found.prefix(4).joined(separator: " or "))")
            return nil
        }
        let alias = String(reference[..<dot])
        if self.faulty.contains(alias) { return nil }
        guard let chain = self.chainOfAlias[alias], let catalog = self.catalogs[chain] else {
            fail(
                "there is no contract \(alias.quoted)",
                Suggestion.advice(for: alias, among: self.aliases, kind: "known contracts"))
            return nil
        }
        do throws(ABIError) {
            var events: [Event] = []
            for slot in try catalog.slots(for: reference) {
                let layout = catalog.layouts[slot]
                if let same = events.firstIndex(where: { $0.layout.hasPlaces(of: layout) }) {
                    events[same].slots.append(slot)
                } else {
                    events.append(Event(chain: chain, slots: [slot], layout: layout))
                }
            }
            return events.isEmpty ? nil : events
        } catch {
            self.explain(error, alias, String(reference[dot...].dropFirst()), catalog, fail)
            return nil
        }
    }

    private func explain(
        _ error: ABIError, _ alias: String, _ wanted: String, _ catalog: EventCatalog,
        _ fail: (String, String?) -> Void
    ) {
        switch error {
        case .ambiguousEvent(_, let candidates):
            fail(
                "\(alias) has several events \(wanted.quoted)",
                "write one of \(candidates.joined(separator: ", "))")
        case .unknownEvent:
            let name = String(wanted.prefix { $0 != "(" })
            let same = catalog.events(named: name, contract: alias)
            let known = catalog.layouts
                .filter { catalog.contracts[$0.contract].alias == alias }.map(\.name)
            fail(
                "\(alias) has no event \(wanted.quoted)",
                same.isEmpty
                    ? Suggestion.advice(for: name, among: known.unique, kind: "its events")
                    : "it has "
                        + same.map { catalog.layouts[$0].signature }
                        .joined(separator: ", "))
        default: fail("\(wanted.quoted) is no event: \(error)", nil)
        }
    }

    /// The position of an argument. Nil: the fault has been reported.
    package static func argument(_ scalar: ConfigScalar, of layout: EventLayout) -> Int? {
        if let index = layout.parameterIndex(named: scalar.text) { return index }
        scalar.fail(
            "\(layout.name) has no argument \(scalar.shown)",
            advice: layout.names.isEmpty
                ? "it has no arguments at all"
                : scalar.suggestion(scalar.text, among: layout.names, kind: "its arguments"))
        return nil
    }

    /// The position of an argument that is an integer, and whether it is an `intN`. Nil: the fault
    /// has been reported.
    ///
    /// - Parameters:
    ///   - unsigned: why an `intN` is refused; nil: it is not.
    ///   - advice: what to do instead of it.
    package static func integer(
        _ scalar: ConfigScalar, of layout: EventLayout, unsigned: String? = nil,
        advice: String? = nil
    ) -> (parameter: Int, isSigned: Bool)? {
        guard let index = Self.argument(scalar, of: layout) else { return nil }
        switch layout.event.inputs[index].type {
        case .uint: return (index, false)
        case .int:
            guard let unsigned else { return (index, true) }
            scalar.fail(
                "\(unsigned), and \(layout.names[index]) may be negative", advice: advice)
            return nil
        default: break
        }
        let known = layout.names.indices.filter { layout.types[$0].contains("int") }
            .filter { !layout.types[$0].contains("[") && !layout.types[$0].contains("(") }
            .map { layout.names[$0] }
        scalar.fail(
            "\(layout.names[index]) of \(layout.name) is \(layout.types[index]), not an integer",
            advice: known.isEmpty
                ? "\(layout.name) has no integer argument"
                : "its integers: \(known.joined(separator: ", "))")
        return nil
    }
}

extension [String] {
    /// Each once, in order.
    fileprivate var unique: [String] {
        var seen: Set<String> = []
        return self.filter { seen.insert($0).inserted }
    }
}
