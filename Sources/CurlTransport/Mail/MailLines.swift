// Weir
// SPDX-License-Identifier: Apache-2.0

/// Whether a message keeps to the lines that mail is made of (RFC 5321 §2.3.8, §4.5.3.1.6; RFC 5322
/// §2.1): each ended by CR LF, no lone CR or LF, no NUL, none longer than 998 bytes.
///
/// A lone LF is not harmless: servers disagree on whether `LF . LF` ends a message, and what follows
/// would be a second message to those that think so ("SMTP smuggling").
package enum MailLines {
    package enum Fault: String, Sendable, Hashable {
        case loneCarriageReturn = "a CR without LF"
        case loneLineFeed = "an LF without CR"
        case zeroByte = "a NUL"
        case tooLong = "a line of more than 998 bytes"
        case unended = "a last line without an end"
    }

    /// The longest line, without its CR LF.
    package static let bytesMax = 998

    package static func fault(_ message: [UInt8]) -> Fault? {
        var length = 0
        var index = 0
        while index < message.count {
            switch message[index] {
            case 0x0d:
                guard index + 1 < message.count, message[index + 1] == 0x0a else {
                    return .loneCarriageReturn
                }
                length = 0
                index += 2
                continue
            case 0x0a: return .loneLineFeed
            case 0: return .zeroByte
            default: length += 1
            }
            guard length <= self.bytesMax else { return .tooLong }
            index += 1
        }
        return length == 0 && !message.isEmpty ? nil : .unended
    }
}
