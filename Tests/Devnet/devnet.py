# Weir
# SPDX-License-Identifier: Apache-2.0
"""A real EVM behind JSON-RPC: py-evm, our own contracts, a seeded script, reorganisations.

    devnet.py --out DIR [--blocks 60] [--head 3] [--interval SECONDS] …

Compiles the contracts, writes DIR/abis/<Name>.json and DIR/addresses.json, builds the blocks up to
--head, listens on a free loopback port and prints one line:

    {"port": 40123, "url": "http://127.0.0.1:40123", "chainId": 31415, "head": …, "contracts": …,
     "accounts": {"node 0": …}, "out": DIR}

Control methods, beside the `eth_` ones:

    devnet_step [n=1, stopAtReorg=true]   the next n steps; a step is a block or a reorganisation
    devnet_reorg [depth, length=depth]    drops the newest blocks and builds `length` others
    devnet_truth [withLogs=true]          what web3.py sees in this chain and in lost blocks
    devnet_state []                       the contracts' own state, and what transactions cost
    devnet_fail [n, kind="error"]         the next n requests fail (kinds: rpcserver.py)
    devnet_limit [{maxRange, maxResults}] limits of eth_getLogs, null for none
    devnet_stats [reset=false]            counts of HTTP requests and calls
"""

import argparse
import functools
import json
import pathlib
import time

from eth.exceptions import Revert
from vyper.compiler import compile_code

import rpcserver
from evm import CHAIN_ID, EVM, data
from ledger import ADDRESS, Ledger, RPCError
from scenario import CONTRACTS, SETUP, Scenario
from truth import Truth, costs
from world import World

HERE = pathlib.Path(__file__).resolve().parent


@functools.cache
def compile_contracts():
    """(name → ABI, name → creation code); fragments of Name.extra.json end an ABI."""
    abis, bytecode = {}, {}
    for name in CONTRACTS:
        source = HERE / "contracts" / f"{name}.vy"
        output = compile_code(source.read_text(), output_formats=["abi", "bytecode"])
        extra = source.with_suffix(".extra.json")
        abis[name] = output["abi"] + (json.loads(extra.read_text()) if extra.exists() else [])
        bytecode[name] = bytes.fromhex(output["bytecode"].removeprefix("0x"))
    return abis, bytecode


def default_reorgs(blocks):
    """Height at which → (depth, length): 1, 2 and 5 deep, at quarters of the script."""
    if blocks < 24:
        return {}
    plan = {}
    for quarter, reorg in zip((1, 2, 3), ((1, 1), (2, 2), (5, 6))):
        plan[blocks * quarter // 4] = reorg
    return plan


def parse_reorgs(text):
    """`height:depth[:length],…`, as --reorgs takes it."""
    plan = {}
    for item in filter(None, text.split(",")):
        height, depth, *length = (int(part) for part in item.split(":"))
        length = length[0] if length else depth
        if depth < 1 or length < 1 or height - depth < max(SETUP):
            raise ValueError(f"a reorganisation of {depth} at {height} would undo the setup")
        plan[height] = (depth, length)
    return plan


class Devnet:
    """The chain, its script, and the methods that need either."""

    def __init__(self, seed, blocks, reorgs, safe_lag, finalized_lag, keep_orphans):
        self.abis, bytecode = compile_contracts()
        self.blocks = blocks
        self.reorgs = dict(reorgs)
        busy = {h - i for h, (depth, _) in reorgs.items() for i in range(depth)}
        self.scenario = Scenario(seed, bytecode, busy)
        self.addresses = self.scenario.cast.addresses
        self.seed = seed
        self.branch = 0
        self.evm = EVM(self.scenario.cast.everyone)
        self.ledger = Ledger(CHAIN_ID, safe_lag, finalized_lag, keep_orphans)
        self.worlds = {self.evm.genesis.hash: World()}
        self.calls = {}
        self.dropped = []
        self.ledger.add(self.evm.genesis)
        self.ledger.set_head(self.evm.genesis.hash)
        self.truth = Truth(self.evm, self.addresses, self.abis)

    # Building

    def make(self, parent, first=()):
        """Builds the next block on `parent`, which need not be the head; does not move the head."""
        number = parent.number + 1
        calls, world = self.scenario.block(
            self.worlds[parent.hash], number, self.branch, first)
        entropy = f"{self.seed}/{self.branch}/{number}".encode()
        record = self.evm.build(parent.hash, calls, entropy)
        self.ledger.add(record)
        self.worlds[record.hash] = world
        self.calls[record.hash] = calls
        return record

    def reorganise(self, depth, length):
        """The new branch repeats a part of the first dropped block, then goes its own way."""
        head = self.ledger.head.number
        if depth < 1 or length < 1 or head - depth < max(SETUP):
            raise RPCError(-32602, f"cannot drop {depth} of {head} blocks: the setup must stay")
        self.branch += 1
        first = self.calls[self.ledger.canonical[head - depth + 1]]
        first = first[: len(first) // 2]
        tip = self.ledger.at(head - depth)
        for _ in range(length):
            tip = self.make(tip, first)
            first = ()
        old = self.ledger.set_head(tip.hash)
        self.dropped += [self.ledger.records[h] for h in old]
        return {"kind": "reorg", "depth": depth, "length": length, "dropped": old,
                "head": self.place()}

    def next_kind(self):
        return "reorg" if self.ledger.head.number in self.reorgs else "block"

    def step(self):
        planned = self.reorgs.pop(self.ledger.head.number, None)
        if planned:
            return self.reorganise(*planned)
        self.ledger.set_head(self.make(self.ledger.head).hash)
        return {"kind": "block", "head": self.place()}

    def done(self):
        return self.ledger.head.number >= self.blocks and self.next_kind() == "block"

    def place(self):
        return {"number": self.ledger.head.number, "hash": self.ledger.head.hash}

    # Control methods

    def devnet_step(self, n=1, stopAtReorg=True):
        steps = []
        for _ in range(n):
            if stopAtReorg and steps and self.next_kind() == "reorg":
                break
            steps.append(self.step())
        return {"steps": steps, "head": self.place(), "next": self.next_kind(),
                "done": self.done()}

    def devnet_reorg(self, depth, length=None):
        return self.reorganise(depth, depth if length is None else length)

    def devnet_state(self):
        canonical = [self.ledger.at(n) for n in range(len(self.ledger.canonical))]
        return {"chainId": CHAIN_ID, "head": self.place(), "state": self.state(),
                "costs": costs(canonical, self.truth.names)}

    def state(self):
        cast = self.scenario.cast
        return self.truth.state(self.ledger.head.hash, cast.holders, cast.nodes)

    def devnet_truth(self, withLogs=True):
        canonical = [self.ledger.at(n) for n in range(len(self.ledger.canonical))]
        answer = {
            "chainId": CHAIN_ID, "head": self.place(), "contracts": self.addresses,
            **self.truth.tally(canonical),
            "orphaned": self.truth.tally(self.dropped),
            "state": self.state(),
        }
        if withLogs:
            answer["decoded"] = [log for r in canonical for log in self.truth.block(r)]
            answer["orphaned"]["decoded"] = [
                log for r in self.dropped for log in self.truth.block(r)]
        return answer

    def devnet_limit(self, maxRange=None, maxResults=None):
        self.ledger.max_range, self.ledger.max_results = maxRange, maxResults
        return {"maxRange": maxRange, "maxResults": maxResults}

    # Methods that need state

    def state_of(self, block):
        record = self.ledger.resolve(block, 1)
        if record is None:
            raise RPCError(-32000, "header not found")
        return record

    def address(self, value):
        if not isinstance(value, str) or not ADDRESS.match(value):
            raise RPCError(-32602, "invalid argument 0: invalid address")
        return bytes.fromhex(value[2:])

    def eth_call(self, call, block="latest"):
        if not isinstance(call, dict):
            raise RPCError(-32602, "invalid argument 0: want a call object")
        payload = call.get("input") or call.get("data") or "0x"
        record = self.state_of(block)
        sender = self.address(call["from"]) if call.get("from") else None
        try:
            payload = bytes.fromhex(payload[2:])
        except ValueError:
            raise RPCError(-32602, "invalid argument 0: invalid hex string") from None
        computation = self.evm.call(
            record.hash, self.address(call.get("to")), payload, sender,
            self.ledger.quantity(call.get("value", "0x0"), 0))
        if computation.is_success:
            return data(computation.output)
        if isinstance(computation.error, Revert):
            raise RPCError(3, *revert_reason(computation.output))
        raise RPCError(-32000, str(computation.error) or type(computation.error).__name__)

    def read_state(self, read):
        def method(address, block="latest"):
            state = self.evm.vm_at(self.state_of(block).hash).state
            return read(state, self.address(address))
        return method

    def storage(self, address, slot, block="latest"):
        state = self.evm.vm_at(self.state_of(block).hash).state
        return f"0x{state.get_storage(self.address(address), int(slot, 16)):064x}"

    def methods(self):
        return self.ledger.methods() | {
            "web3_clientVersion": (lambda: "WeirDevnet/py-evm-prague", 0),
            "eth_call": (self.eth_call, 1),
            "eth_getBalance": (self.read_state(lambda s, a: hex(s.get_balance(a))), 1),
            "eth_getCode": (self.read_state(lambda s, a: data(s.get_code(a))), 1),
            "eth_getTransactionCount": (self.read_state(lambda s, a: hex(s.get_nonce(a))), 1),
            "eth_getStorageAt": (self.storage, 2),
            "devnet_step": (self.devnet_step, 0),
            "devnet_reorg": (self.devnet_reorg, 1),
            "devnet_state": (self.devnet_state, 0),
            "devnet_truth": (self.devnet_truth, 0),
            "devnet_limit": (self.devnet_limit, 0),
        }

    def write(self, out):
        (out / "abis").mkdir(parents=True, exist_ok=True)
        for name, abi in self.abis.items():
            (out / "abis" / f"{name}.json").write_text(json.dumps(abi, indent=1) + "\n")
        (out / "addresses.json").write_text(json.dumps(self.addresses, indent=1) + "\n")


def revert_reason(output):
    """Geth's message and data of a revert."""
    if output[:4] == bytes.fromhex("08c379a0") and len(output) >= 68:
        length = int.from_bytes(output[36:68], "big")
        reason = output[68 : 68 + length].decode("utf-8", "replace")
        return f"execution reverted: {reason}", data(output)
    return "execution reverted", data(output)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--blocks", type=int, default=60, help="height at which the script is done")
    parser.add_argument("--head", type=int, default=max(SETUP), help="height at the start")
    parser.add_argument("--reorgs", help="height:depth[:length],… in place of the quarters")
    parser.add_argument("--safe-lag", type=int, default=8)
    parser.add_argument("--finalized-lag", type=int, default=16)
    parser.add_argument("--forget-orphans", action="store_true",
                        help="dropped blocks are unknown by hash; geth keeps them")
    parser.add_argument("--interval", type=float, help="a step every so many seconds, until done")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--until-stdin-closes", action="store_true")
    options = parser.parse_args()
    try:
        reorgs = (
            default_reorgs(options.blocks) if options.reorgs is None
            else parse_reorgs(options.reorgs)
        )
    except ValueError as error:
        parser.error(str(error))
    begun = time.monotonic()
    devnet = Devnet(options.seed, options.blocks, reorgs, options.safe_lag,
                    options.finalized_lag, not options.forget_orphans)
    try:
        devnet.write(options.out)
    except OSError as error:
        parser.error(f"cannot write to --out: {error}")
    while devnet.ledger.head.number < options.head or (
        options.head >= options.blocks and not devnet.done()
    ):
        devnet.step()
    node = rpcserver.Node("devnet", devnet.methods())
    server = rpcserver.start(node, options.port)
    rpcserver.announce(
        server, chainId=CHAIN_ID, head=devnet.place(), out=str(options.out),
        contracts=devnet.addresses,
        accounts={p.name: p.address for p in devnet.scenario.cast.everyone},
        seconds=round(time.monotonic() - begun, 1))

    def tick():
        if not devnet.done():
            devnet.step()
        return not devnet.done()

    rpcserver.run(server, tick, options.interval, options.until_stdin_closes)


if __name__ == "__main__":
    main()
