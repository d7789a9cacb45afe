// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMABI
import EVMPrimitives
import Foundation
import WeirTestSupport

extension LabContract {
    /// A contract with ABI files of the project, such as `standard/erc20`.
    init(_ alias: String, _ number: UInt64, files: [String]) throws {
        var abi = ContractABI()
        for file in files {
            let url = Vectors.projectRoot.appendingPathComponent("abis/\(file).json")
            abi.merge(try JSONABI.parse([UInt8](try Data(contentsOf: url))))
        }
        self.init(
            alias, at: Address(words: number, number, UInt32(truncatingIfNeeded: number)), abi: abi)
    }
}
