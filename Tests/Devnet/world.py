# Weir
# SPDX-License-Identifier: Apache-2.0
"""What the script knows of the contracts after a block, and how successful calls change it."""

from eth_abi import encode
from eth_utils import keccak


class World:
    """What the script knows of the contracts after one block."""

    def __init__(self):
        self.stakes = {}
        self.jobs = {}
        self.job_count = 0
        self.channels = {}
        self.opened = 0
        self.proposals = {}
        self.proposal_count = 0
        self.owner = "admin"
        self.blacklist = set()
        self.coin = 0
        self.zoo = 0


def set_stake(world, name, stake):
    world.stakes[name] = stake


def add_stake(world, name, amount):
    world.stakes[name] += amount


def post_job(world):
    world.job_count += 1
    world.jobs[world.job_count] = None


def claim_job(world, job, node):
    world.jobs[job] = node


def end_job(world, job):
    del world.jobs[job]


def open_channel(world, payer, payee, deposit):
    world.opened += 1
    channel_id = keccak(encode(
        ["address", "address", "uint256"], [payer.address, payee.address, world.opened]))
    world.channels[channel_id] = {
        "payer": payer.name, "payee": payee.name, "deposit": deposit, "redeemed": 0, "nonce": 0,
    }


def redeem_voucher(world, channel_id, cumulative, nonce):
    world.channels[channel_id].update(redeemed=cumulative, nonce=nonce)


def top_up_channel(world, channel_id, amount):
    world.channels[channel_id]["deposit"] += amount


def close_channel(world, channel_id):
    del world.channels[channel_id]


def add_proposal(world, voter, description, number):
    world.proposal_count += 1
    preimage = encode(
        ["address", "uint256", "string"], [voter.address, world.proposal_count, description])
    proposal = int.from_bytes(keccak(preimage), "big")
    world.proposals[proposal] = {
        "proposer": voter.name, "end": number + 5, "for": 0, "against": 0, "queued": None,
    }


def cast_vote(world, proposal, support):
    if support < 2:
        world.proposals[proposal]["for" if support else "against"] += 1


def queue_proposal(world, proposal, number):
    world.proposals[proposal]["queued"] = number


def end_proposal(world, proposal):
    del world.proposals[proposal]


def own_reputation(world, name):
    world.owner = name


def put_on_list(world, name, listed):
    (world.blacklist.add if listed else world.blacklist.discard)(name)


def move_coin(world, amount):
    world.coin += amount
