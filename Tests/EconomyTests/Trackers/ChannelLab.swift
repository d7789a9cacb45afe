// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMABI
import EVMPrimitives
import EVMSignatures

@testable import Economy

/// Channels of a made contract in all roles, and what tests ask of them.
enum ChannelLab {
    static let payer = Address(words: 1, 0, 0)
    static let payee = Address(words: 2, 0, 0)
    static let stranger = Address(words: 3, 0, 0)

    static func contract() throws -> LabContract {
        try LabContract(
            "Channels", 1,
            [
                "event Opened(uint256 indexed id, address indexed from, address indexed to, "
                    + "uint256 deposit, uint256 period)",
                "event ToppedUp(uint256 indexed id, address indexed by, uint256 amount)",
                "event Taken(uint256 indexed id, address indexed by, uint256 amount)",
                "event Redeemed(uint256 indexed id, uint256 cumulative, uint256 paid, "
                    + "uint256 nonce)",
                "event Failed(uint256 indexed id)",
                "event Closing(uint256 indexed id, address indexed by, uint256 nonce, "
                    + "uint256 amount)",
                "event Disputed(uint256 indexed id, address indexed by, uint256 nonce, "
                    + "uint256 amount)",
                "event Resumed(uint256 indexed id)",
                "event Closed(uint256 indexed id, uint256 toFrom, uint256 toTo)",
            ])
    }

    static let voucher = """
        voucher:
                type: "Voucher(uint256 id,uint256 amount,uint256 nonce)"
                domain: { name: Channels, version: "1", chain_id: 1 }
                fields: { channel: id, amount: amount, nonce: nonce }
        """

    static func yaml(_ more: String = "") -> String {
        """
        tokens: { FAB: { chain: lab, decimals: 0 } }
        trackers:
          channels:
            hub:
              token: FAB
              \(Self.voucher)
              \(more)
              opened: { event: Channels.Opened, channel: id, payer: from, payee: to, amount: deposit, period: period }
              deposit: { event: Channels.ToppedUp, channel: id, party: by, amount: amount }
              withdraw: { event: Channels.Taken, channel: id, party: by, amount: amount }
              payment: { event: Channels.Redeemed, channel: id, amount: cumulative, paid: paid, sequence: nonce }
              failed: { event: Channels.Failed, channel: id }
              closing: { event: Channels.Closing, channel: id, by: by, sequence: nonce, amount: amount }
              updated: { event: Channels.Disputed, channel: id, by: by, sequence: nonce, amount: amount }
              resumed: { event: Channels.Resumed, channel: id }
              settled: { event: Channels.Closed, channel: id, to_payer: toFrom, to_payee: toTo }
        """
    }

    static func lab(_ more: String = "") throws -> TrackerLab {
        try TrackerLab([Self.contract()], Self.yaml(more))
    }

    // MARK: Events

    static func opened(_ id: UInt64, _ deposit: U256, period: U256 = 100) -> Emit {
        Emit(
            "Channels.Opened",
            [
                .uint(U256(id)), .address(Self.payer), .address(Self.payee), .uint(deposit),
                .uint(period),
            ])
    }

    static func toppedUp(_ id: UInt64, _ amount: U256, by: Address = Self.payer) -> Emit {
        Emit("Channels.ToppedUp", [.uint(U256(id)), .address(by), .uint(amount)])
    }

    static func taken(_ id: UInt64, _ amount: U256, by: Address = Self.payer) -> Emit {
        Emit("Channels.Taken", [.uint(U256(id)), .address(by), .uint(amount)])
    }

    static func redeemed(_ id: UInt64, _ sum: U256, paid: U256, _ nonce: U256) -> Emit {
        Emit("Channels.Redeemed", [.uint(U256(id)), .uint(sum), .uint(paid), .uint(nonce)])
    }

    static func closing(
        _ id: UInt64, _ nonce: U256, _ amount: U256, by: Address = Self.payer
    ) -> Emit {
        Emit("Channels.Closing", [.uint(U256(id)), .address(by), .uint(nonce), .uint(amount)])
    }

    static func disputed(
        _ id: UInt64, _ nonce: U256, _ amount: U256, by: Address = Self.payee
    ) -> Emit {
        Emit("Channels.Disputed", [.uint(U256(id)), .address(by), .uint(nonce), .uint(amount)])
    }

    static func resumed(_ id: UInt64) -> Emit { Emit("Channels.Resumed", [.uint(U256(id))]) }

    static func failed(_ id: UInt64) -> Emit { Emit("Channels.Failed", [.uint(U256(id))]) }

    static func closed(_ id: UInt64, _ toPayer: U256, _ toPayee: U256) -> Emit {
        Emit("Channels.Closed", [.uint(U256(id)), .uint(toPayer), .uint(toPayee)])
    }

    // MARK: Vouchers

    static func learnt(
        _ id: UInt64, _ nonce: U256, _ amount: U256, by signer: Address = Self.payer
    ) -> LearntVoucher {
        LearntVoucher(
            tracker: "hub", channel: U256(id), signer: signer,
            state: VoucherState(nonce: nonce, cumulative: amount))
    }
}
