# Weir
# SPDX-License-Identifier: Apache-2.0
# pragma version ~=0.4.3

# Clients post jobs and pay into escrow; a registered node claims, and completes or fails.

from ethereum.ercs import IERC20

interface Registry:
    def stakeOf(node: address) -> uint256: view

OPEN: constant(uint8) = 1
CLAIMED: constant(uint8) = 2
COMPLETED: constant(uint8) = 3
FAILED: constant(uint8) = 4

struct Job:
    client: address
    node: address
    payment: uint256
    state: uint8

event JobPosted:
    jobId: indexed(uint256)
    client: indexed(address)
    modelId: indexed(bytes32)
    payment: uint256
    deadline: uint64

event JobClaimed:
    jobId: indexed(uint256)
    node: indexed(address)

event JobCompleted:
    jobId: indexed(uint256)
    node: indexed(address)
    resultHash: bytes32
    tokensUsed: uint32

event JobFailed:
    jobId: indexed(uint256)
    node: indexed(address)
    reason: String[64]

event PaymentReleased:
    jobId: indexed(uint256)
    node: indexed(address)
    amount: uint256
    fee: uint256

event PaymentRefunded:
    jobId: indexed(uint256)
    client: indexed(address)
    amount: uint256

FEE_BPS: constant(uint256) = 250

token: immutable(IERC20)
registry: immutable(Registry)
treasury: public(immutable(address))
jobCount: public(uint256)
escrowHeld: public(uint256)
feesPaid: public(uint256)
refunded: public(uint256)
earned: public(HashMap[address, uint256])
# How many jobs stand so.
jobsIn: public(HashMap[uint8, uint256])
jobs: public(HashMap[uint256, Job])


@deploy
def __init__(token_: address, registry_: address, treasury_: address):
    token = IERC20(token_)
    registry = Registry(registry_)
    treasury = treasury_


@external
def postJob(modelId: bytes32, payment: uint256, deadline: uint64) -> uint256:
    assert payment > 0, "no payment"
    self.jobCount += 1
    jobId: uint256 = self.jobCount
    self.jobs[jobId] = Job(
        client=msg.sender, node=empty(address), payment=payment, state=OPEN
    )
    self.jobsIn[OPEN] += 1
    self.escrowHeld += payment
    extcall token.transferFrom(msg.sender, self, payment)
    log JobPosted(
        jobId=jobId, client=msg.sender, modelId=modelId, payment=payment, deadline=deadline
    )
    return jobId


@external
def claim(jobId: uint256):
    assert self.jobs[jobId].state == OPEN, "job is not open"
    assert staticcall registry.stakeOf(msg.sender) > 0, "not a registered node"
    self.jobs[jobId].node = msg.sender
    self.jobs[jobId].state = CLAIMED
    self.jobsIn[OPEN] -= 1
    self.jobsIn[CLAIMED] += 1
    log JobClaimed(jobId=jobId, node=msg.sender)


@external
def complete(jobId: uint256, resultHash: bytes32, tokensUsed: uint32):
    job: Job = self.jobs[jobId]
    assert job.state == CLAIMED and job.node == msg.sender, "not your job"
    fee: uint256 = job.payment * FEE_BPS // 10000
    self.jobs[jobId].state = COMPLETED
    self.escrowHeld -= job.payment
    self.feesPaid += fee
    self.earned[msg.sender] += job.payment - fee
    self.jobsIn[CLAIMED] -= 1
    self.jobsIn[COMPLETED] += 1
    log JobCompleted(jobId=jobId, node=msg.sender, resultHash=resultHash, tokensUsed=tokensUsed)
    extcall token.transfer(msg.sender, job.payment - fee)
    extcall token.transfer(treasury, fee)
    log PaymentReleased(jobId=jobId, node=msg.sender, amount=job.payment - fee, fee=fee)


@external
def fail(jobId: uint256, reason: String[64]):
    job: Job = self.jobs[jobId]
    assert job.state == CLAIMED and job.node == msg.sender, "not your job"
    self.jobs[jobId].state = FAILED
    self.escrowHeld -= job.payment
    self.refunded += job.payment
    self.jobsIn[CLAIMED] -= 1
    self.jobsIn[FAILED] += 1
    log JobFailed(jobId=jobId, node=msg.sender, reason=reason)
    extcall token.transfer(job.client, job.payment)
    log PaymentRefunded(jobId=jobId, client=job.client, amount=job.payment)
