# Weir
# SPDX-License-Identifier: Apache-2.0
# pragma version ~=0.4.3

# Holds coin and tokens. Not everything it does is told by an event, as in real ones.

from ethereum.ercs import IERC20

event Received:
    sender: indexed(address)
    amount: uint256

event Paid:
    receiver: indexed(address)
    amount: uint256

event BudgetSet:
    category: indexed(bytes32)
    amount: uint256

token: immutable(IERC20)
owner: public(immutable(address))
budgetOf: public(HashMap[bytes32, uint256])


@deploy
def __init__(token_: address):
    token = IERC20(token_)
    owner = msg.sender


@external
@payable
def __default__():
    log Received(sender=msg.sender, amount=msg.value)


@external
@payable
def giveQuietly():
    pass


@external
def pay(receiver: address, amount: uint256):
    assert msg.sender == owner, "only the owner"
    raw_call(receiver, b"", value=amount)
    log Paid(receiver=receiver, amount=amount)


@external
def payQuietly(receiver: address, amount: uint256):
    assert msg.sender == owner, "only the owner"
    raw_call(receiver, b"", value=amount)


@external
def payTokens(receiver: address, amount: uint256):
    assert msg.sender == owner, "only the owner"
    extcall token.transfer(receiver, amount)


@external
def setBudget(category: bytes32, amount: uint256):
    assert msg.sender == owner, "only the owner"
    self.budgetOf[category] = amount
    log BudgetSet(category=category, amount=amount)
