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

extension ConfigScalar {
    /// "Did you mean", unless the text may be a secret.
    package func suggestion(_ word: String, among known: [String], kind: String) -> String? {
        self.origin.mayBeSecret ? nil : Suggestion.advice(for: word, among: known, kind: kind)
    }
}

extension String {
    /// In quotes, cut and without control characters: for names that stand in the file itself.
    package var quoted: String {
        let shown = self.unicodeScalars.prefix(80).map { scalar in
            scalar.value < 0x20 || scalar.value == 0x7f ? "?" : String(scalar)
        }
        return "\"" + shown.joined() + (self.unicodeScalars.count > 80 ? "…" : "") + "\""
    }
}
