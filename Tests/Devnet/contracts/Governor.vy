# Weir
# SPDX-License-Identifier: Apache-2.0
# pragma version ~=0.4.3

# A governor with the event shapes of OpenZeppelin's: proposals with arrays of targets, amounts,
# signatures and calldatas; votes weighted by token balance; execution by low-level calls.

from ethereum.ercs import IERC20

struct Proposal:
    proposer: address
    voteEnd: uint256
    weightFor: uint256
    weightAgainst: uint256
    settled: bool

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

event ProposalExecuted:
    proposalId: uint256

event ProposalCanceled:
    proposalId: uint256

VOTING_BLOCKS: constant(uint256) = 5

token: immutable(IERC20)
proposalCount: public(uint256)
proposals: public(HashMap[uint256, Proposal])
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
        proposer=msg.sender, voteEnd=voteEnd, weightFor=0, weightAgainst=0, settled=False
    )
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
    assert not self.proposals[proposalId].settled, "settled"
    weight: uint256 = staticcall token.balanceOf(msg.sender)
    if support == 1:
        self.proposals[proposalId].weightFor += weight
    elif support == 0:
        self.proposals[proposalId].weightAgainst += weight
    log VoteCast(
        voter=msg.sender, proposalId=proposalId, support=support, weight=weight, reason=reason
    )


@external
def execute(proposalId: uint256):
    proposal: Proposal = self.proposals[proposalId]
    assert proposal.proposer != empty(address) and not proposal.settled, "settled"
    assert block.number > proposal.voteEnd, "voting goes on"
    assert proposal.weightFor > proposal.weightAgainst, "not accepted"
    self.proposals[proposalId].settled = True
    for i: uint256 in range(3):
        if i >= len(self.targetsOf[proposalId]):
            break
        raw_call(self.targetsOf[proposalId][i], self.calldatasOf[proposalId][i])
    log ProposalExecuted(proposalId=proposalId)


@external
def cancel(proposalId: uint256):
    assert self.proposals[proposalId].proposer == msg.sender, "not your proposal"
    assert not self.proposals[proposalId].settled, "settled"
    self.proposals[proposalId].settled = True
    log ProposalCanceled(proposalId=proposalId)
