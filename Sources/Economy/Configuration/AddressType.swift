// Weir
// SPDX-License-Identifier: Apache-2.0

package import ConfigTree
package import EVMPrimitives

extension ConfigType where Value == Address {
    /// `0x` and 40 hex digits; mixed case must be the checksum of EIP-55.
    package static var address: ConfigType<Address> {
        .scalar("an address (0x and 40 hex digits)") { scalar throws(ConfigFault) in
            do throws(Address.TextFault) {
                return try Address.parse(scalar.text)
            } catch .checksum(let expected) {
                throw ConfigFault(
                    "the checksum of \(scalar.shown) is wrong: a letter's case or a digit",
                    advice: "compare it with its source; in this spelling its digits are valid: "
                        + (scalar.origin.mayBeSecret ? "see EIP-55" : expected))
            } catch {
                throw ConfigFault(
                    advice: scalar.isPlain ? "write it in quotes, digit by digit" : nil)
            }
        }
    }
}
