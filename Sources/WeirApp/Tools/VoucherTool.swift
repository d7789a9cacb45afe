// Weir
// SPDX-License-Identifier: Apache-2.0

package import ConfigTree
import EVMPrimitives
import EVMSignatures
import Economy
import JSONBytes
package import Tabular

/// What `weir voucher verify` compares vouchers with.
package struct VoucherRequest: Sendable, Equatable {
    /// How they are signed; nil: each says so itself.
    let scheme: VoucherScheme?
    /// Who signed them all; nil: each may say so itself.
    let signer: Address?
    /// Chain and contract that they have to be for.
    let binding: TypedDataDomain

    /// - Parameters: the options as they were written.
    /// - Throws: `ToolError.usage` for one that cannot be read; `ConfigDiagnostics` for a scheme.
    package init(
        scheme path: String? = nil, signer: String? = nil, chainID: String? = nil,
        contract: String? = nil, surroundings: ConfigSurroundings = .process
    ) throws {
        self.signer = try signer.map { try Self.address($0, "--signer") }
        var binding = TypedDataDomain()
        binding.contract = try contract.map { try Self.address($0, "--contract") }
        binding.chainID = try chainID.map { text in
            guard let chain = U256(text) ?? U256(hexQuantity: text) else {
                throw ToolError.usage("--chain-id is a number such as 8453")
            }
            return chain
        }
        self.binding = binding
        self.scheme = try path.map { path in
            let loader = ConfigLoader(surroundings: surroundings, overridePrefix: "")
            return try loader.load(path: path).read(VoucherSchemeReader.read)
        }
    }

    private static func address(
        _ text: String, _ option: String
    ) throws(ToolError) -> Address {
        do throws(Address.TextFault) {
            return try Address.parse(text)
        } catch .checksum(let expected) {
            throw .usage(
                "the checksum of \(option) is wrong: a letter's case or a digit; in this "
                    + "spelling its digits are valid: \(expected)")
        } catch {
            throw .usage("\(option) is an address, 0x and 40 hex digits")
        }
    }
}

/// `weir voucher verify`: signed vouchers of payment channels against their signers.
package enum VoucherTool {
    /// The longest voucher that is read.
    private static let limitBytes = 8 << 20

    /// What files held.
    package struct Report: Sendable {
        /// One row a voucher.
        package var table = Table(columns: VoucherSheet.columns)
        /// An array of the lines of the batch form.
        package var json: [UInt8] = []
        /// Vouchers that do not verify, and documents that are none.
        package var findings = 0
        /// Vouchers whose signer was compared with nothing.
        package var uncompared = 0

        /// What is to be said beside the table; nil where nothing is.
        package var note: String? {
            self.uncompared == 0
                ? nil
                : "\(self.uncompared) of \(self.table.rows.count) compared with no signer: any "
                    + "signature has one; give --signer, or write \"signer\" into the voucher"
        }

        /// - Throws: `.findings` where there are any.
        package func check() throws(ToolError) {
            if self.findings > 0 { throw .findings(count: self.findings) }
        }
    }

    /// Serves standard input until it ends: one voucher a line, one line out, in order. A bad line
    /// gives `{"error":"…"}`, and the run goes on; answers leave before the next read waits.
    ///
    /// - Throws: `ToolError.outputClosed` where nobody reads the answers any more.
    package static func batch(_ request: VoucherRequest) throws(ToolError) {
        try self.batch(
            request, ByteInput(path: nil, boundary: .line, limitBytes: self.limitBytes),
            ByteOutput())
    }

    static func batch(
        _ request: VoucherRequest, _ input: consuming ByteInput, _ output: consuming ByteOutput
    ) throws(ToolError) {
        var input = input
        var output = output
        var isGoing = true
        while isGoing {
            var lines: [[UInt8]] = []
            do throws(ToolError) {
                isGoing = try input.next(
                    waiting: { () throws(ToolError) in try output.flush() },
                    { piece throws(ToolError) in lines = VerifyTool.lines(of: piece) })
            } catch {
                guard case .inputTooLong = error else { throw error }
                try output.writeLine(VoucherAnswer.refused("\(error)").json)
            }
            for line in lines { try output.writeLine(VoucherAnswer(line, request).json) }
        }
        try output.flush()
    }

    /// Checks all vouchers of some files; `-` is standard input. Documents may be written over many
    /// lines.
    package static func files(
        _ paths: [String], _ request: VoucherRequest
    ) throws(ToolError) -> Report {
        var report = Report()
        var json = JSONWriter()
        json.beginArray()
        for path in paths {
            var input = try ByteInput(
                path: path, boundary: .document, limitBytes: self.limitBytes)
            var isGoing = true
            while isGoing {
                var documents: [[UInt8]] = []
                isGoing = try input.next { piece throws(ToolError) in
                    documents = VerifyTool.documents(of: piece)
                }
                for document in documents {
                    let answer = VoucherAnswer(document, request)
                    json.raw(answer.json)
                    report.findings += answer.isFinding ? 1 : 0
                    report.uncompared += answer.isUncompared ? 1 : 0
                    switch answer {
                    case .checked(let sheet): report.table.append(sheet.row)
                    case .refused(let reason):
                        let blanks = Array(
                            repeating: Cell.empty, count: VoucherSheet.columns.count - 2)
                        report.table.append(
                            [.text("error")] + blanks + [.text("\(path): \(reason)")])
                    }
                }
            }
        }
        json.endArray()
        report.json = json.bytes
        return report
    }
}
