# Weir
# SPDX-License-Identifier: Apache-2.0
# pragma version ~=0.4.3

# One-way channels: the payer locks a deposit and signs EIP-712 vouchers for a growing total;
# the payee redeems the newest one; closing sends the rest back.

from ethereum.ercs import IERC20

struct Channel:
    payer: address
    payee: address
    deposit: uint256
    redeemed: uint256
    nonce: uint64

event ChannelOpened:
    channelId: indexed(bytes32)
    payer: indexed(address)
    payee: indexed(address)
    deposit: uint256
    expiresAt: uint64

event ChannelToppedUp:
    channelId: indexed(bytes32)
    amount: uint256

event VoucherRedeemed:
    channelId: indexed(bytes32)
    amount: uint256
    cumulative: uint256
    nonce: uint64
    signature: Bytes[65]

event ChannelClosed:
    channelId: indexed(bytes32)
    paid: uint256
    refunded: uint256

DOMAIN_TYPE: constant(bytes32) = keccak256(
    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
)
VOUCHER_TYPE: constant(bytes32) = keccak256(
    "Voucher(bytes32 channelId,uint256 cumulative,uint64 nonce)"
)

token: immutable(IERC20)
DOMAIN_SEPARATOR: public(immutable(bytes32))
opened: public(uint256)
locked: public(uint256)
# How many are open, what was ever put in, paid and sent back.
active: public(uint256)
deposited: public(uint256)
paid: public(uint256)
payments: public(uint256)
refunded: public(uint256)
channels: public(HashMap[bytes32, Channel])


@deploy
def __init__(token_: address):
    token = IERC20(token_)
    DOMAIN_SEPARATOR = keccak256(
        abi_encode(DOMAIN_TYPE, keccak256("PaymentChannel"), keccak256("1"), chain.id, self)
    )


@external
def open(payee: address, deposit: uint256, expiresAt: uint64) -> bytes32:
    self.opened += 1
    channelId: bytes32 = keccak256(abi_encode(msg.sender, payee, self.opened))
    self.channels[channelId] = Channel(
        payer=msg.sender, payee=payee, deposit=deposit, redeemed=0, nonce=0
    )
    self.active += 1
    self.locked += deposit
    self.deposited += deposit
    extcall token.transferFrom(msg.sender, self, deposit)
    log ChannelOpened(
        channelId=channelId, payer=msg.sender, payee=payee, deposit=deposit, expiresAt=expiresAt
    )
    return channelId


@external
def topUp(channelId: bytes32, amount: uint256):
    assert self.channels[channelId].payer == msg.sender, "not your channel"
    self.channels[channelId].deposit += amount
    self.locked += amount
    self.deposited += amount
    extcall token.transferFrom(msg.sender, self, amount)
    log ChannelToppedUp(channelId=channelId, amount=amount)


@external
def redeem(channelId: bytes32, cumulative: uint256, nonce: uint64, signature: Bytes[65]):
    channel: Channel = self.channels[channelId]
    assert channel.payee == msg.sender, "not the payee"
    assert nonce > channel.nonce, "stale voucher"
    assert cumulative > channel.redeemed, "nothing to redeem"
    assert cumulative <= channel.deposit, "more than the deposit"
    digest: bytes32 = keccak256(
        concat(
            b"\x19\x01",
            DOMAIN_SEPARATOR,
            keccak256(abi_encode(VOUCHER_TYPE, channelId, cumulative, nonce)),
        )
    )
    v: uint256 = convert(slice(signature, 64, 1), uint256)
    r: uint256 = extract32(signature, 0, output_type=uint256)
    s: uint256 = extract32(signature, 32, output_type=uint256)
    signer: address = ecrecover(digest, v, r, s)
    assert signer == channel.payer, "bad signature"
    amount: uint256 = cumulative - channel.redeemed
    self.channels[channelId].redeemed = cumulative
    self.channels[channelId].nonce = nonce
    self.locked -= amount
    self.paid += amount
    self.payments += 1
    extcall token.transfer(msg.sender, amount)
    log VoucherRedeemed(
        channelId=channelId, amount=amount, cumulative=cumulative, nonce=nonce, signature=signature
    )


@external
def close(channelId: bytes32):
    channel: Channel = self.channels[channelId]
    assert channel.payer == msg.sender, "not your channel"
    refund: uint256 = channel.deposit - channel.redeemed
    self.channels[channelId].payer = empty(address)
    self.channels[channelId].payee = empty(address)
    self.active -= 1
    self.locked -= refund
    self.refunded += refund
    extcall token.transfer(msg.sender, refund)
    log ChannelClosed(channelId=channelId, paid=channel.redeemed, refunded=refund)
