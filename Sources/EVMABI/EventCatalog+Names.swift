// Weir
// SPDX-License-Identifier: Apache-2.0

/// How events are called in references, and what is wrong with references that mean none.
extension EventCatalog {
    /// The slots of all events of that name, of one contract or of all.
    package func events(named name: String, contract alias: String? = nil) -> [Int] {
        self.layouts.indices.filter { slot in
            let layout = self.layouts[slot]
            return layout.name == name
                && (alias == nil || self.contracts[layout.contract].alias == alias)
        }
    }

    /// The slots that a reference stands for: `Contract.Event`, or `Contract.Event(address,uint256)`
    /// where the name is overloaded. More than one only where the same signature is declared with
    /// different indexed arguments, which no reference can tell apart.
    ///
    /// - Throws: ``ABIError/unknownContract(_:)``, ``ABIError/unknownEvent(_:)``,
    ///   ``ABIError/ambiguousEvent(_:candidates:)`` with the signatures to choose from.
    package func slots(for reference: String) throws(ABIError) -> [Int] {
        guard let dot = reference.firstIndex(of: ".") else {
            throw .unknownContract(reference)
        }
        let alias = String(reference[..<dot])
        let wanted = String(reference[reference.index(after: dot)...])
        guard self.contracts.contains(where: { $0.alias == alias }) else {
            throw .unknownContract(alias)
        }
        var found: [Int]
        if wanted.contains("(") {
            let event = try HumanABI.parseEvent(wanted)
            found = self.events(named: event.name, contract: alias)
            found = found.filter { self.layouts[$0].signature == event.signature }
        } else {
            found = self.events(named: wanted, contract: alias)
        }
        if found.isEmpty { throw .unknownEvent(reference) }
        var signatures: [String] = []
        for slot in found where !signatures.contains(self.layouts[slot].signature) {
            signatures.append(self.layouts[slot].signature)
        }
        guard signatures.count == 1 else {
            throw .ambiguousEvent(reference, candidates: signatures.map { "\(alias).\($0)" })
        }
        return found
    }

    /// The one slot that a reference stands for; see ``slots(for:)``, whose several are an error
    /// here.
    package func event(for reference: String) throws(ABIError) -> Int {
        let found = try self.slots(for: reference)
        guard found.count == 1, let slot = found.first else {
            throw .ambiguousEvent(reference, candidates: found.map { self.fragment(of: $0) })
        }
        return slot
    }

    /// `Contract.Event(address indexed,uint256)`: tells also those apart that share a signature.
    private func fragment(of slot: Int) -> String {
        let layout = self.layouts[slot]
        let inputs = layout.event.inputs.map {
            $0.type.canonical + ($0.isIndexed ? " indexed" : "")
        }
        let alias = self.contracts[layout.contract].alias
        return "\(alias).\(layout.name)(\(inputs.joined(separator: ",")))"
    }

    /// What references may be made of, for suggestions: `Contract.Event` of all events.
    package var eventNames: [String] {
        self.layouts.map { "\(self.contracts[$0.contract].alias).\($0.name)" }
    }
}
