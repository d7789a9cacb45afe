# Weir
# SPDX-License-Identifier: Apache-2.0
"""The seeded script of the economy: who does what in which block.

A `World` mirrors what the contracts hold, as far as the script must know it to send transactions
that succeed, or fail, on purpose. One world belongs to one block, so a reorganisation takes the
world of the common ancestor and goes on from there. Block n of branch b depends on the seed, n,
b and the world alone.
"""

import copy
import random

from eth_abi import encode
from eth_utils import keccak

from evm import CHAIN_ID, Call, Party, arguments, calldata
from standing import Standing
from world import (
    add_proposal,
    add_stake,
    cast_vote,
    claim_job,
    close_channel,
    end_job,
    end_proposal,
    open_channel,
    post_job,
    queue_proposal,
    redeem_voucher,
    set_stake,
    top_up_channel,
)
from zoo import ARTICLES, Zoo

ETHER = 10**18
CONTRACTS = (
    "Token", "NodeRegistry", "JobMarket", "PaymentChannel", "Governor", "Zoo", "Note",
    "Reputation", "Treasury",
)
REASONS = ("missed heartbeat", "wrong result", "späte Antwort", "応答なし", "🔥 overheated", "")


class Cast:
    """The accounts and, as they are known before any block, the contract addresses."""

    def __init__(self, seed):
        make = lambda role, n: [Party(seed, f"{role} {i}") for i in range(n)]
        self.admin = Party(seed, "admin")
        self.nodes, self.clients = make("node", 4), make("client", 3)
        self.voters, self.outsider = make("voter", 3), Party(seed, "outsider")
        self.everyone = [self.admin, *self.nodes, *self.clients, *self.voters, self.outsider]
        self.addresses = {
            name: self.admin.creates(nonce) for nonce, name in enumerate(CONTRACTS)
        }
        a = self.addresses
        self.constructors = {
            "NodeRegistry": ("f(address,address)", a["Token"], self.admin.address),
            "JobMarket": (
                "f(address,address,address)", a["Token"], a["NodeRegistry"], self.admin.address),
            "PaymentChannel": ("f(address)", a["Token"]),
            "Governor": ("f(address)", a["Token"]),
            "Treasury": ("f(address)", a["Token"]),
        }

    @property
    def holders(self):
        return [*self.everyone, *(self.addresses[n] for n in (*CONTRACTS[1:5], "Treasury"))]


class Scenario:
    """Chooses the transactions of a block.

    `busy` are the heights that must not be empty, those that a scripted reorganisation drops.
    """

    def __init__(self, seed, bytecode, busy=()):
        self.seed = seed
        self.cast = Cast(seed)
        self.bytecode = bytecode
        self.busy = set(busy)
        self.number = 0

    def block(self, world, number, branch, first=()):
        """The calls of a block, beginning with `first`, and the world after it."""
        world = copy.deepcopy(world)
        calls = list(first)
        for call in calls:
            if call.effect:
                call.effect[0](world, *call.effect[1:])
        if number in SETUP:
            return calls + SETUP[number](self), world
        self.number = number
        rng = random.Random(f"{self.seed}/{branch}/{number}")
        if number not in self.busy and not calls and rng.random() < 0.12:
            return calls, world
        for _ in range(rng.choice((1, 2, 2, 3, 3, 4))):
            calls += self.act(rng, world)
        if rng.random() < 0.7:
            turn, world.zoo = world.zoo, world.zoo + 1
            calls.append(Zoo(self.cast, rng).animal(turn))
        for call in Standing(self, rng).act(world):
            calls.append(call)
            if call.effect:
                call.effect[0](world, *call.effect[1:])
        return calls, world

    def contract(self, party, name, signature, *values, **options):
        return Call(party, self.cast.addresses[name], calldata(signature, *values), **options)

    def act(self, rng, world):
        """One action of the economy; the kind is drawn, and passed over where nothing fits."""
        kinds = (
            (self.register, 3), (self.stake, 2), (self.slash, 1), (self.unregister, 1),
            (self.post, 5), (self.claim, 5), (self.finish, 5), (self.open, 2), (self.redeem, 3),
            (self.top_up, 1), (self.close, 1), (self.propose, 1), (self.vote, 6),
            (self.settle, 2), (self.move, 3), (self.revert, 2),
        )
        names, weights = zip(*kinds)
        while True:
            calls = rng.choices(names, weights)[0](rng, world)
            if calls is None:
                continue
            for call in calls:
                if call.effect:
                    call.effect[0](world, *call.effect[1:])
            return calls

    # Nodes

    def register(self, rng, world):
        free = [n for n in self.cast.nodes if not world.stakes.get(n.name)]
        if not free:
            return None
        node, stake = rng.choice(free), rng.randrange(100, 2000) * ETHER + rng.randrange(ETHER)
        models = [keccak(text=f"model {rng.randrange(5)}") for _ in range(rng.randrange(5))]
        gpu = rng.choice(("4090", "H100", "Жигули"))
        metadata = f'{{"gpu":"{gpu}","slots":{rng.randrange(9)}}}'
        return [self.contract(
            node, "NodeRegistry", "register(uint256,string,bytes32[])", stake, metadata, models,
            kind=rng.choice((0, 2)), effect=(set_stake, node.name, stake))]

    def stake(self, rng, world):
        node = self.active(rng, world)
        amount = rng.randrange(1, 500) * ETHER // 7
        return node and [self.contract(
            node, "NodeRegistry", "addStake(uint256)", amount,
            effect=(add_stake, node.name, amount))]

    def slash(self, rng, world):
        node = self.active(rng, world)
        if not node:
            return None
        amount = world.stakes[node.name] // rng.randrange(3, 20)
        return [self.contract(
            self.cast.admin, "NodeRegistry", "slash(address,uint256,string)", node.address,
            amount, rng.choice(REASONS), effect=(add_stake, node.name, -amount))]

    def unregister(self, rng, world):
        node = self.active(rng, world)
        return node and [self.contract(
            node, "NodeRegistry", "unregister()", effect=(set_stake, node.name, 0))]

    def active(self, rng, world):
        active = [n for n in self.cast.nodes if world.stakes.get(n.name)]
        return rng.choice(active) if active else None

    # Jobs

    def post(self, rng, world):
        client, payment = rng.choice(self.cast.clients), rng.randrange(1, 80) * ETHER // 3
        return [self.contract(
            client, "JobMarket", "postJob(bytes32,uint256,uint64)",
            keccak(text=f"model {rng.randrange(5)}"), payment,
            1_700_000_000 + rng.randrange(10**6), kind=rng.choice((1, 2)), effect=(post_job,))]

    def claim(self, rng, world):
        node, job = self.active(rng, world), self.job(rng, world, None)
        return node and job and [self.contract(
            node, "JobMarket", "claim(uint256)", job, effect=(claim_job, job, node.name))]

    def finish(self, rng, world):
        claimed = [j for j, node in world.jobs.items() if node]
        if not claimed:
            return None
        job = rng.choice(claimed)
        node = next(n for n in self.cast.nodes if n.name == world.jobs[job])
        if rng.random() < 0.25:
            return [self.contract(
                node, "JobMarket", "fail(uint256,string)", job, rng.choice(REASONS),
                effect=(end_job, job))]
        return [self.contract(
            node, "JobMarket", "complete(uint256,bytes32,uint32)", job,
            rng.randbytes(32), rng.randrange(2**32), effect=(end_job, job))]

    def job(self, rng, world, state):
        fitting = [j for j, node in world.jobs.items() if node == state]
        return rng.choice(fitting) if fitting else None

    # Channels

    def open(self, rng, world):
        payer, payee = rng.choice(self.cast.clients), rng.choice(self.cast.nodes)
        deposit = rng.randrange(10, 300) * ETHER
        return [self.contract(
            payer, "PaymentChannel", "open(address,uint256,uint64)", payee.address, deposit,
            2**64 - 1 - rng.randrange(1000),
            effect=(open_channel, payer, payee, deposit))]

    def redeem(self, rng, world):
        usable = [c for c in world.channels.items() if c[1]["redeemed"] < c[1]["deposit"]]
        if not usable:
            return None
        channel_id, channel = rng.choice(usable)
        left = channel["deposit"] - channel["redeemed"]
        cumulative = channel["redeemed"] + 1 + rng.randrange(left) // 2
        nonce = channel["nonce"] + 1 + rng.randrange(3)
        payer = self.party(channel["payer"])
        return [self.contract(
            self.party(channel["payee"]), "PaymentChannel", "redeem(bytes32,uint256,uint64,bytes)",
            channel_id, cumulative, nonce, self.voucher(payer, channel_id, cumulative, nonce),
            effect=(redeem_voucher, channel_id, cumulative, nonce))]

    def voucher(self, payer, channel_id, cumulative, nonce):
        """An EIP-712 signature of 65 bytes, v 27 or 28."""
        domain = keccak(encode(
            ["bytes32", "bytes32", "bytes32", "uint256", "address"],
            [keccak(text="EIP712Domain(string name,string version,uint256 chainId,"
                         "address verifyingContract)"),
             keccak(text="PaymentChannel"), keccak(text="1"), CHAIN_ID,
             self.cast.addresses["PaymentChannel"]]))
        struct = keccak(encode(
            ["bytes32", "bytes32", "uint256", "uint64"],
            [keccak(text="Voucher(bytes32 channelId,uint256 cumulative,uint64 nonce)"),
             channel_id, cumulative, nonce]))
        signature = payer.key.sign_msg_hash(keccak(b"\x19\x01" + domain + struct))
        return (signature.r.to_bytes(32, "big") + signature.s.to_bytes(32, "big")
                + bytes([27 + signature.v]))

    def top_up(self, rng, world):
        if not world.channels:
            return None
        channel_id, channel = rng.choice(list(world.channels.items()))
        amount = rng.randrange(1, 50) * ETHER
        return [self.contract(
            self.party(channel["payer"]), "PaymentChannel", "topUp(bytes32,uint256)", channel_id,
            amount, effect=(top_up_channel, channel_id, amount))]

    def close(self, rng, world):
        if len(world.channels) < 2:
            return None
        channel_id = rng.choice(list(world.channels))
        return [self.contract(
            self.party(world.channels[channel_id]["payer"]), "PaymentChannel", "close(bytes32)",
            channel_id, effect=(close_channel, channel_id))]

    def party(self, name):
        return next(p for p in self.cast.everyone if p.name == name)

    # Governance

    def propose(self, rng, world):
        voter, count = rng.choice(self.cast.voters), rng.randrange(1, 4)
        description = f"Proposal {world.proposal_count + 1}: "
        description = (description + rng.choice(ARTICLES) * rng.randrange(6))[:80]
        targets = [self.cast.addresses["Token"]] * count
        calls = [
            calldata("transfer(address,uint256)", rng.choice(self.cast.everyone).address,
                     rng.randrange(1, 50) * ETHER) for _ in range(count)]
        return [self.contract(
            voter, "Governor", "propose(address[],uint256[],string[],bytes[],string)", targets,
            [0] * count, ["transfer(address,uint256)"] * rng.randrange(count + 1), calls,
            description, gas=2_500_000,
            effect=(add_proposal, voter, description, self.number))]

    def vote(self, rng, world):
        running = [p for p, v in world.proposals.items() if self.number <= v["end"]]
        if not running:
            return None
        proposal, support = rng.choice(running), rng.choice((1, 1, 1, 0, 2))
        return [self.contract(
            rng.choice(self.cast.voters), "Governor", "castVote(uint256,uint8,string)", proposal,
            support, rng.choice(REASONS), effect=(cast_vote, proposal, support))]

    def settle(self, rng, world):
        ripe = [p for p, v in world.proposals.items() if self.number > v["end"]]
        if not ripe:
            return None
        proposal = rng.choice(ripe)
        known = world.proposals[proposal]
        voter = self.party(known["proposer"])
        passed = known["for"] and not known["against"]
        if passed and known["queued"] is None and rng.random() < 0.5:
            return [self.contract(
                voter, "Governor", "queue(uint256)", proposal,
                effect=(queue_proposal, proposal, self.number))]
        # The delay is as long as two blocks.
        if known["queued"] is not None and self.number < known["queued"] + 2:
            return None
        method = "execute(uint256)" if passed else "cancel(uint256)"
        return [self.contract(
            voter, "Governor", method, proposal, gas=1_500_000, effect=(end_proposal, proposal))]

    # Tokens, coins and failures

    def move(self, rng, world):
        party, other = rng.sample(self.cast.everyone, 2)
        kind = rng.randrange(5)
        if kind == 0:
            return [Call(party, other.address, value=rng.randrange(ETHER), gas=30_000)]
        if kind == 1:
            return [self.contract(
                party, "Token", "approve(address,uint256)", other.address, 2**256 - 1,
                kind=rng.choice((0, 1, 2)))]
        if kind == 2:
            return [self.contract(party, "Token", "burn(uint256)", rng.randrange(ETHER))]
        # Nothing, one wei and odd amounts.
        amount = rng.choice((0, 1, rng.randrange(20 * ETHER)))
        return [self.contract(
            party, "Token", "transfer(address,uint256)", other.address, amount)]

    def revert(self, rng, world):
        """Transactions that fail: by reason, by empty revert, by running out of gas."""
        outsider, kind = self.cast.outsider, rng.randrange(6)
        failing = {
            0: ("JobMarket", "claim(uint256)", 10**9),
            1: ("NodeRegistry", "slash(address,uint256,string)", outsider.address, 1, "no"),
            2: ("Token", "transfer(address,uint256)", self.cast.admin.address, 10**40),
            3: ("Zoo", "emitAndRevert()"),
            4: ("Zoo", "thereIsNoSuchFunction()"),
            5: ("Zoo", "burst(uint256)", 150),
        }[kind]
        gas = 60_000 if kind == 5 else 200_000
        return [self.contract(outsider, *failing, gas=gas, expect=0)]


# Setting up

def deploy(names):
    def calls(scenario):
        answer = []
        for name in names:
            code = scenario.bytecode[name]
            if name in scenario.cast.constructors:
                code += arguments(*scenario.cast.constructors[name])
            answer.append(Call(scenario.cast.admin, None, code, gas=2_500_000, kind=2))
        return answer
    return calls


def fund(scenario):
    """Tokens for everybody and for the governor, and allowances for those who pay contracts."""
    cast, calls = scenario.cast, []
    for party in cast.everyone:
        calls.append(scenario.contract(
            cast.admin, "Token", "mint(address,uint256)", party.address, 1_000_000 * ETHER))
    calls.append(scenario.contract(
        cast.admin, "Token", "mint(address,uint256)", cast.addresses["Governor"],
        1_000_000 * ETHER))
    calls.append(scenario.contract(
        cast.admin, "Token", "mint(address,uint256)", cast.addresses["Treasury"],
        1_000_000 * ETHER))
    spenders = {
        "NodeRegistry": cast.nodes, "JobMarket": cast.clients, "PaymentChannel": cast.clients,
    }
    for name, parties in spenders.items():
        for party in parties:
            calls.append(scenario.contract(
                party, "Token", "approve(address,uint256)", cast.addresses[name], 10**30))
    return calls


SETUP = {1: deploy(CONTRACTS[:4]), 2: deploy(CONTRACTS[4:]), 3: fund}
