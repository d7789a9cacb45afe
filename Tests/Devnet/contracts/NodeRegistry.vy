# Weir
# SPDX-License-Identifier: Apache-2.0
# pragma version ~=0.4.3

# Nodes put a stake down, may add to it, lose parts of it by slashing, and take the rest back.

from ethereum.ercs import IERC20

event NodeRegistered:
    node: indexed(address)
    stake: uint256
    metadata: String[96]
    models: DynArray[bytes32, 4]

event StakeAdded:
    node: indexed(address)
    amount: uint256
    stake: uint256

event NodeSlashed:
    node: indexed(address)
    amount: uint256
    reason: String[64]

event NodeUnregistered:
    node: indexed(address)
    returned: uint256

MIN_STAKE: constant(uint256) = 100 * 10**18

token: immutable(IERC20)
owner: public(immutable(address))
treasury: public(immutable(address))
totalStaked: public(uint256)
totalSlashed: public(uint256)
activeNodes: public(uint256)
stakeOf: public(HashMap[address, uint256])
slashedOf: public(HashMap[address, uint256])


@deploy
def __init__(token_: address, treasury_: address):
    token = IERC20(token_)
    owner = msg.sender
    treasury = treasury_


@external
def register(stake: uint256, metadata: String[96], models: DynArray[bytes32, 4]):
    assert self.stakeOf[msg.sender] == 0, "already registered"
    assert stake >= MIN_STAKE, "stake too low"
    self.stakeOf[msg.sender] = stake
    self.totalStaked += stake
    self.activeNodes += 1
    extcall token.transferFrom(msg.sender, self, stake)
    log NodeRegistered(node=msg.sender, stake=stake, metadata=metadata, models=models)


@external
def addStake(amount: uint256):
    assert self.stakeOf[msg.sender] > 0, "not registered"
    self.stakeOf[msg.sender] += amount
    self.totalStaked += amount
    extcall token.transferFrom(msg.sender, self, amount)
    log StakeAdded(node=msg.sender, amount=amount, stake=self.stakeOf[msg.sender])


@external
def slash(node: address, amount: uint256, reason: String[64]):
    assert msg.sender == owner, "only the owner slashes"
    assert self.stakeOf[node] > amount, "more than the stake"
    self.stakeOf[node] -= amount
    self.totalStaked -= amount
    self.totalSlashed += amount
    self.slashedOf[node] += amount
    extcall token.transfer(treasury, amount)
    log NodeSlashed(node=node, amount=amount, reason=reason)


@external
def unregister():
    stake: uint256 = self.stakeOf[msg.sender]
    assert stake > 0, "not registered"
    self.stakeOf[msg.sender] = 0
    self.totalStaked -= stake
    self.activeNodes -= 1
    extcall token.transfer(msg.sender, stake)
    log NodeUnregistered(node=msg.sender, returned=stake)
