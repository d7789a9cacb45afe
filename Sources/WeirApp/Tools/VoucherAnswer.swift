// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMPrimitives
import EVMSignatures
import JSONBytes
import Tabular

/// What `weir voucher verify` answers to one document of its input.
enum VoucherAnswer: Sendable, Equatable {
    case checked(VoucherSheet)
    /// The document is no voucher of the scheme; why.
    case refused(String)

    init(_ document: [UInt8], _ request: VoucherRequest) {
        do throws(VoucherDocumentError) {
            let document = try VoucherDocument(parsing: document, scheme: request.scheme)
            let check = document.scheme.check(
                document.voucher, signer: request.signer ?? document.signer,
                binding: request.binding)
            if case .malformed(let error) = check.verdict {
                self = .refused("\(error)")
            } else {
                self = .checked(VoucherSheet(check, of: document.scheme))
            }
        } catch {
            self = .refused("\(error)")
        }
    }

    /// A line of the batch form, without its line feed.
    var json: [UInt8] {
        switch self {
        case .checked(let sheet): return sheet.json
        case .refused(let reason):
            var json = JSONWriter()
            json.beginObject()
            json.key("error")
            json.string(reason)
            json.endObject()
            return json.bytes
        }
    }

    /// Whether it is good as far as it was compared.
    var isFinding: Bool {
        switch self {
        case .checked(let sheet): sheet.isFinding
        case .refused: true
        }
    }

    /// Whether a signer was found and nobody said which it should be.
    var isUncompared: Bool {
        if case .checked(let sheet) = self, case .recovered = sheet.check.verdict {
            true
        } else {
            false
        }
    }
}

/// The verdict on one voucher as it is shown: the line of a batch or a row of a table.
struct VoucherSheet: Sendable, Equatable {
    /// The columns of a table with a row for each voucher.
    static let columns = [
        Column("verdict", "Verdict"), Column("signer", "Signer"), Column("channel", "Channel"),
        Column("amount", "Amount", alignment: .right), Column("nonce", "Nonce", alignment: .right),
        Column("digest", "Digest"), Column("notes", "Notes"),
    ]

    let check: VoucherCheck
    /// As its type is written: a number, an address or bytes.
    let channel: String?

    init(_ check: VoucherCheck, of scheme: VoucherScheme) {
        self.check = check
        let type = scheme.types[scheme.primaryType]?.first { $0.name == scheme.roles.channel }?.type
        self.channel = check.channel.map { word in
            switch type {
            case .uint?: "\(word.word)"
            case .int?: "\(I256(bits: word.word))"
            case .address?: "\(Address(truncating: word.word))"
            case .fixedBytes(let count)?: Hex.encode(word.bytes.prefix(count))
            default: "\(word)"
            }
        }
    }

    var isFinding: Bool {
        switch self.check.verdict {
        case .good, .recovered: false
        case .wrongSigner, .badSignature, .wrongDomain, .malformed: true
        }
    }

    /// The stable word of the verdict.
    private var word: String {
        switch self.check.verdict {
        case .good: "ok"
        case .recovered: "recovered"
        case .wrongSigner: "wrong_signer"
        case .badSignature: "bad_signature"
        case .wrongDomain(.chainId, _, _): "wrong_chain"
        case .wrongDomain(.verifyingContract, _, _): "wrong_contract"
        case .wrongDomain: "wrong_domain"
        case .malformed: "malformed"
        }
    }

    private var reason: String? { self.isFinding ? "\(self.check.verdict)" : nil }

    var json: [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.key("verdict")
        json.string(self.word)
        for (key, text) in [
            ("signer", self.check.signer.map { "\($0)" }), ("channel", self.channel),
            ("amount", self.check.amount.map { "\($0)" }),
            ("nonce", self.check.state.nonce.map { "\($0)" }),
            ("digest", self.check.digest.map { "\($0)" }),
        ] {
            json.key(key)
            if let text { json.string(text) } else { json.null() }
        }
        if let reason = self.reason {
            json.key("reason")
            json.string(reason)
        }
        json.endObject()
        return json.bytes
    }

    var row: [Cell] {
        [
            .text(self.word), self.check.signer.map { .text("\($0)") } ?? .empty,
            self.channel.map { .text($0) } ?? .empty,
            self.check.amount.map { .number("\($0)") } ?? .empty,
            self.check.state.nonce.map { .number("\($0)") } ?? .empty,
            self.check.digest.map { .text("\($0)") } ?? .empty,
            self.reason.map { .text($0) } ?? .empty,
        ]
    }
}
