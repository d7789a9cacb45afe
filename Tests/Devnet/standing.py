# Weir
# SPDX-License-Identifier: Apache-2.0
"""What follows the economy's actions in a block: votes, reputation, and what the treasury does."""

from eth_utils import keccak

from evm import Call
from world import move_coin, own_reputation, put_on_list

ETHER = 10**18
CATEGORIES = ("grants", "operations")


class Standing:
    """Draws what befalls the nodes' reputation and the treasury in one block."""

    def __init__(self, scenario, rng):
        self.scenario = scenario
        self.cast = scenario.cast
        self.rng = rng

    def act(self, world):
        calls = []
        if self.rng.random() < 0.5:
            menu = ((self.score, 4), (self.rate, 3), (self.list, 2), (self.own, 2))
            calls.append(self.draw(menu)(world))
        if self.rng.random() < 0.5:
            menu = ((self.give, 3), (self.pay, 3), (self.pay_tokens, 2), (self.budget, 2))
            calls.append(self.draw(menu)(world))
        if self.rng.random() < 0.5:
            script = self.scenario
            menu = ((script.propose, 2), (script.vote, 6), (script.settle, 4))
            calls += self.draw(menu)(self.rng, world) or []
        return calls

    def draw(self, menu):
        kinds, weights = zip(*menu)
        return self.rng.choices(kinds, weights)[0]

    def reputation(self, party, signature, *values, **options):
        return self.scenario.contract(party, "Reputation", signature, *values, **options)

    def owner(self, world):
        return self.scenario.party(world.owner)

    # Reputation

    def score(self, world):
        """Small steps up and down, and now and then one that needs all of an int256's words."""
        delta = self.rng.choice((
            self.rng.randrange(-9, 10), self.rng.randrange(-900, 100),
            self.rng.randrange(-(2**250), 2**250), 0))
        node = self.rng.choice(self.cast.nodes)
        return self.reputation(
            self.owner(world), "score(address,int256,string)", node.address, delta,
            self.rng.choice(("", "late", "zuverlässig")))

    def rate(self, world):
        node, client = self.rng.choice(self.cast.nodes), self.rng.choice(self.cast.clients)
        return self.reputation(
            client, "rate(address,uint8)", node.address, self.rng.randrange(6))

    def list(self, world):
        node = self.rng.choice(self.cast.nodes)
        listed = node.name not in world.blacklist
        return self.reputation(
            self.owner(world), "list(address,bool)", node.address, listed,
            effect=(put_on_list, node.name, listed))

    def own(self, world):
        heir = self.rng.choice((self.cast.admin, self.cast.outsider))
        return self.reputation(
            self.owner(world), "transferOwnership(address)", heir.address,
            effect=(own_reputation, heir.name))

    # Treasury

    def give(self, world):
        giver, amount = self.rng.choice(self.cast.clients), self.rng.randrange(ETHER)
        told = self.rng.random() < 0.5
        return Call(
            giver, self.cast.addresses["Treasury"],
            b"" if told else keccak(text="giveQuietly()")[:4], value=amount, gas=60_000,
            effect=(move_coin, amount))

    def pay(self, world):
        if not world.coin:
            return self.give(world)
        amount = 1 + self.rng.randrange(world.coin)
        method = self.rng.choice(("pay", "payQuietly"))
        return self.scenario.contract(
            self.cast.admin, "Treasury", f"{method}(address,uint256)",
            self.rng.choice(self.cast.everyone).address, amount, effect=(move_coin, -amount))

    def pay_tokens(self, world):
        return self.scenario.contract(
            self.cast.admin, "Treasury", "payTokens(address,uint256)",
            self.rng.choice(self.cast.everyone).address, self.rng.randrange(9 * ETHER))

    def budget(self, world):
        return self.scenario.contract(
            self.cast.admin, "Treasury", "setBudget(bytes32,uint256)",
            keccak(text=self.rng.choice(CATEGORIES)), self.rng.randrange(99 * ETHER))
