// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMABI
import EVMPrimitives

/// The events that `weir backfill` reads without a configuration, and the logs that it asks for.
struct BackfillCatalog {
    let events: EventCatalog
    let filter: LogFilter

    /// - Throws: `.usage` for an address that is none; what ``ABIFolder`` throws.
    init(abi path: String, address: String?) throws(ToolError) {
        let folder = try ABIFolder.catalog(path)
        guard let address else {
            self.events = folder
            // Anonymous events have no topic to be known by.
            let isOpen = folder.layouts.contains(where: \.event.isAnonymous)
            self.filter = LogFilter(topics0: isOpen ? [] : folder.layouts.map(\.event.topic0))
            return
        }
        guard let contract = Address(address) else {
            throw .usage("--address: \(address) is no address; expected 0x and 40 hex digits")
        }
        let alias = folder.contracts.map { String($0.alias.prefix { $0 != "#" }) }
        do throws(ABIError) {
            self.events = try EventCatalog([
                CatalogContract(
                    alias: alias.joined(separator: "+"), address: contract,
                    events: folder.layouts.map(\.event))
            ])
        } catch {
            throw .abi(path: path, error)
        }
        self.filter = LogFilter(addresses: [contract])
    }
}
