# Weir
# SPDX-License-Identifier: Apache-2.0
# pragma version ~=0.4.3

# Scores of nodes, which may fall below zero; ratings by clients; a blacklist; an owner who goes.

event ScoreUpdated:
    node: indexed(address)
    delta: int256
    score: int256
    reason: String[64]

event Rated:
    node: indexed(address)
    rater: indexed(address)
    stars: uint8

event Blacklisted:
    node: indexed(address)
    listed: bool

event OwnershipTransferred:
    previousOwner: indexed(address)
    newOwner: indexed(address)

owner: public(address)
scoreOf: public(HashMap[address, int256])
isBlacklisted: public(HashMap[address, bool])
updates: public(uint256)
ratings: public(uint256)
stars: public(uint256)
blacklisted: public(uint256)
ownerships: public(uint256)


@deploy
def __init__():
    self._own(msg.sender)


@internal
def _own(newOwner: address):
    log OwnershipTransferred(previousOwner=self.owner, newOwner=newOwner)
    self.owner = newOwner
    self.ownerships += 1


@external
def transferOwnership(newOwner: address):
    assert msg.sender == self.owner, "only the owner"
    self._own(newOwner)


@external
def score(node: address, delta: int256, reason: String[64]):
    assert msg.sender == self.owner, "only the owner"
    self.scoreOf[node] += delta
    self.updates += 1
    log ScoreUpdated(node=node, delta=delta, score=self.scoreOf[node], reason=reason)


@external
def rate(node: address, stars: uint8):
    assert stars <= 5, "five stars are the most"
    self.ratings += 1
    self.stars += convert(stars, uint256)
    log Rated(node=node, rater=msg.sender, stars=stars)


@external
def list(node: address, listed: bool):
    assert msg.sender == self.owner, "only the owner"
    assert self.isBlacklisted[node] != listed, "no change"
    self.isBlacklisted[node] = listed
    if listed:
        self.blacklisted += 1
    else:
        self.blacklisted -= 1
    log Blacklisted(node=node, listed=listed)
