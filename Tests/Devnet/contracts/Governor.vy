# Weir
# SPDX-License-Identifier: Apache-2.0
# pragma version ~=0.4.3

# A governor with the event shapes of OpenZeppelin's: proposals with arrays of targets, amounts,
# signatures and calldatas; votes weighted by token balance; a queue with a delay that may be
# skipped; execution by low-level calls.

from ethereum.ercs import IERC20

struct Proposal:
    proposer: address
    voteStart: uint256
    voteEnd: uint256
    weightFor: uint256
    weightAgainst: uint256
    weightAbstain: uint256
    eta: uint256
    executed: bool
    canceled: bool

PENDING: constant(uint8) = 0
ACTIVE: constant(uint8) = 1
CANCELED: constant(uint8) = 2
DEFEATED: constant(uint8) = 3
SUCCEEDED: constant(uint8) = 4
QUEUED: constant(uint8) = 5
EXECUTED: constant(uint8) = 7

event ProposalCreated:
    proposalId: uint256
    proposer: address
    targets: DynArray[address, 3]
    values: DynArray[uint256, 3]
    signatures: DynArray[String[32], 3]
    calldatas: DynArray[Bytes[132], 3]
    voteStart: uint256
    voteEnd: uint256
    description: String[256]

event VoteCast:
    voter: indexed(address)
    proposalId: uint256
    support: uint8
    weight: uint256
    reason: String[96]

event ProposalQueued:
    proposalId: uint256
    etaSeconds: uint256

event ProposalExecuted:
    proposalId: uint256

event ProposalCanceled:
    proposalId: uint256

VOTING_BLOCKS: constant(uint256) = 5
QUORUM: constant(uint256) = 900_000 * 10**18
DELAY: constant(uint256) = 24

token: immutable(IERC20)
proposalCount: public(uint256)
proposals: public(HashMap[uint256, Proposal])
proposalAt: public(HashMap[uint256, uint256])
votes: public(uint256)
targetsOf: HashMap[uint256, DynArray[address, 3]]
calldatasOf: HashMap[uint256, DynArray[Bytes[132], 3]]


@deploy
def __init__(token_: address):
    token = IERC20(token_)


@external
def propose(
    targets: DynArray[address, 3],
    values_: DynArray[uint256, 3],
    signatures: DynArray[String[32], 3],
    calldatas: DynArray[Bytes[132], 3],
    description: String[256],
) -> uint256:
    assert len(targets) == len(calldatas) and len(targets) == len(values_), "lengths differ"
    self.proposalCount += 1
    proposalId: uint256 = convert(
        keccak256(abi_encode(msg.sender, self.proposalCount, description)), uint256
    )
    voteEnd: uint256 = block.number + VOTING_BLOCKS
    self.proposals[proposalId] = Proposal(
        proposer=msg.sender,
        voteStart=block.number,
        voteEnd=voteEnd,
        weightFor=0,
        weightAgainst=0,
        weightAbstain=0,
        eta=0,
        executed=False,
        canceled=False,
    )
    self.proposalAt[self.proposalCount] = proposalId
    self.targetsOf[proposalId] = targets
    self.calldatasOf[proposalId] = calldatas
    log ProposalCreated(
        proposalId=proposalId,
        proposer=msg.sender,
        targets=targets,
        values=values_,
        signatures=signatures,
        calldatas=calldatas,
        voteStart=block.number,
        voteEnd=voteEnd,
        description=description,
    )
    return proposalId


@external
def castVote(proposalId: uint256, support: uint8, reason: String[96]):
    assert block.number <= self.proposals[proposalId].voteEnd, "voting is over"
    assert not self._settled(proposalId), "settled"
    weight: uint256 = staticcall token.balanceOf(msg.sender)
    if support == 1:
        self.proposals[proposalId].weightFor += weight
    elif support == 0:
        self.proposals[proposalId].weightAgainst += weight
    elif support == 2:
        self.proposals[proposalId].weightAbstain += weight
    self.votes += 1
    log VoteCast(
        voter=msg.sender, proposalId=proposalId, support=support, weight=weight, reason=reason
    )


@internal
@view
def _settled(proposalId: uint256) -> bool:
    return self.proposals[proposalId].executed or self.proposals[proposalId].canceled


@internal
@view
def _state(proposalId: uint256) -> uint8:
    proposal: Proposal = self.proposals[proposalId]
    assert proposal.proposer != empty(address), "unknown proposal"
    if proposal.executed:
        return EXECUTED
    if proposal.canceled:
        return CANCELED
    if block.number <= proposal.voteStart:
        return PENDING
    if block.number <= proposal.voteEnd:
        return ACTIVE
    counted: uint256 = proposal.weightFor + proposal.weightAbstain
    if proposal.weightFor <= proposal.weightAgainst or counted < QUORUM:
        return DEFEATED
    return QUEUED if proposal.eta > 0 else SUCCEEDED


@external
@view
def state(proposalId: uint256) -> uint8:
    """
    @notice The state by its number in OpenZeppelin's Governor.
    """
    return self._state(proposalId)


@external
@view
def quorum(timepoint: uint256) -> uint256:
    return QUORUM


@external
def queue(proposalId: uint256):
    assert self._state(proposalId) == SUCCEEDED, "not accepted"
    eta: uint256 = block.timestamp + DELAY
    self.proposals[proposalId].eta = eta
    log ProposalQueued(proposalId=proposalId, etaSeconds=eta)


@external
def execute(proposalId: uint256):
    state: uint8 = self._state(proposalId)
    assert state == SUCCEEDED or state == QUEUED, "not accepted"
    assert block.timestamp >= self.proposals[proposalId].eta, "too early"
    self.proposals[proposalId].executed = True
    for i: uint256 in range(3):
        if i >= len(self.targetsOf[proposalId]):
            break
        raw_call(self.targetsOf[proposalId][i], self.calldatasOf[proposalId][i])
    log ProposalExecuted(proposalId=proposalId)


@external
def cancel(proposalId: uint256):
    assert self.proposals[proposalId].proposer == msg.sender, "not your proposal"
    assert not self._settled(proposalId), "settled"
    self.proposals[proposalId].canceled = True
    log ProposalCanceled(proposalId=proposalId)
