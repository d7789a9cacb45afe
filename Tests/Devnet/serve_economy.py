# Weir
# SPDX-License-Identifier: Apache-2.0
"""Serves the recorded chain economy-1 as JSON-RPC: 201 blocks, three reorganisations, its truth.

    serve_economy.py [VECTORS] [--all] [--head 0] [--out DIR] [--interval SECONDS] …

VECTORS is the folder of the vectors (or WEIR_VECTORS, or ../shared/vectors beside the project).
The head follows a script: block by block; at each reorganisation of economy-1.expected.json the
orphaned blocks first, then in one step the canonical block of the same height, then on. Prints one
line when ready: {"port": …, "url": …, "chainId": 31337, "head": …, …}. Standard library only.

Control methods:

    stub_next [n=1, stopAtReorg=true]   the next n steps; a step is a new head or a reorganisation
    stub_advance {"to": N}              steps until the head is canonical block N; stops before each
                                        reorganisation, so that a client can see the orphaned
                                        blocks: call it again until "done"
    stub_truth []                       counts of events at this head, and of those lost
    stub_fail, stub_limit, stub_stats   as devnet_fail, devnet_limit, devnet_stats

The chain was recorded without its state: eth_call and eth_getBalance do not exist; eth_getCode
answers a placeholder for a contract.
"""

import argparse
import gzip
import json
import os
import pathlib
from collections import Counter

import rpcserver
from keccak import keccak256
from ledger import ADDRESS, Ledger, Record, RPCError

HERE = pathlib.Path(__file__).resolve().parent


def vectors_folder(argument):
    """The folder named first, by argument, environment or place; None if it lacks the chain."""
    place = HERE.parents[2] / "shared" / "vectors"
    folder = pathlib.Path(argument or os.environ.get("WEIR_VECTORS") or place)
    return folder if (folder / "chains" / "economy-1.ndjson.gz").exists() else None


class Economy:
    """The recorded chain, and where in its script it stands."""

    def __init__(self, folder, safe_lag, finalized_lag, keep_orphans):
        chains = folder / "chains"
        self.expected = json.loads((chains / "economy-1.expected.json").read_text())
        self.contracts = json.loads((chains / "economy-1.abis.json").read_text())
        self.ledger = Ledger(self.expected["chainId"], safe_lag, finalized_lag, keep_orphans)
        # A block becomes known to the ledger when the script reaches it: a node does not know
        # the future by hash.
        self.canonical, self.all = [], {}
        with gzip.open(chains / "economy-1.ndjson.gz", "rt") as lines:
            for line in lines:
                item = json.loads(line)
                record = Record(item["block"], item["receipts"])
                self.all[record.hash] = record
                if not item.get("orphaned"):
                    self.canonical.append(record.hash)
        self.script = self.heads()
        self.position = -1
        self.dropped = []
        self.names = self.event_names()
        self.step()

    def heads(self):
        """The heads in order, as (kind, hash)."""
        reorgs = {r["commonAncestor"]: r for r in self.expected["reorgs"]}
        script, number = [], 0
        while number < len(self.canonical):
            script.append(("block", self.canonical[number]))
            reorg = reorgs.get(number)
            number += 1
            if reorg:
                script += [("block", orphan) for orphan in reorg["orphaned"]]
                number += reorg["depth"]
                script.append(("reorg", self.canonical[number - 1]))
                if number - 1 in reorgs:
                    raise ValueError("a reorganisation begins where another ends")
        return script

    def event_names(self):
        """(address, topic0) → alias.Event, by Keccak over the ABIs' signatures."""
        names = {}
        for alias, contract in self.contracts.items():
            for fragment in contract["abi"]:
                if fragment["type"] == "event" and not fragment.get("anonymous"):
                    topic0 = "0x" + keccak256(signature_of(fragment).encode()).hex()
                    names[contract["address"].lower(), topic0] = f"{alias}.{fragment['name']}"
        return names

    # The script

    def step(self):
        self.position += 1
        kind, head = self.script[self.position]
        missing = head
        while missing in self.all and missing not in self.ledger.records:
            self.ledger.add(self.all[missing])
            missing = self.all[missing].parent
        dropped = self.ledger.set_head(head)
        self.dropped += [self.all[h] for h in dropped]
        return {"kind": kind, "head": self.place(), "dropped": dropped}

    def place(self):
        return {"number": self.ledger.head.number, "hash": self.ledger.head.hash}

    def next_kind(self):
        rest = self.script[self.position + 1 : self.position + 2]
        return rest[0][0] if rest else "end"

    def orphaned(self):
        number = self.ledger.head.number
        return self.canonical[number] != self.ledger.head.hash

    def report(self, steps, done):
        return {
            "steps": steps, "head": self.place(), "orphaned": self.orphaned(),
            "next": self.next_kind(), "done": done,
        }

    def stub_next(self, n=1, stopAtReorg=True):
        steps = []
        while len(steps) < n and self.next_kind() != "end":
            if stopAtReorg and steps and self.next_kind() == "reorg":
                break
            steps.append(self.step())
        return self.report(steps, self.next_kind() == "end")

    def stub_advance(self, to):
        if not 0 <= to < len(self.canonical):
            raise RPCError(-32602, f"want a block from 0 to {len(self.canonical) - 1}")
        steps = []
        while self.orphaned() or self.ledger.head.number < to:
            if steps and self.next_kind() == "reorg":
                return self.report(steps, False)
            steps.append(self.step())
        return self.report(steps, True)

    def finish(self):
        while self.next_kind() != "end":
            self.step()

    # Truth

    def tally(self, records):
        counts, unknown = Counter(), 0
        for record in records:
            for log in record.logs:
                name = self.names.get((log["address"], (log["topics"] or [None])[0]))
                counts[name] += name is not None
                unknown += name is None
        return {
            "blocks": len(records), "logs": sum(counts.values()) + unknown,
            "counts": dict(sorted(i for i in counts.items() if i[0])), "unknown": unknown,
        }

    def stub_truth(self):
        canonical = [self.ledger.at(n) for n in range(len(self.ledger.canonical))]
        answer = {"chainId": self.ledger.chain_id, "head": self.place(), **self.tally(canonical)}
        answer["orphaned"] = self.tally(self.dropped)
        if self.next_kind() == "end":
            answer["expected"] = self.expected["events"]
        return answer

    def stub_limit(self, maxRange=None, maxResults=None):
        self.ledger.max_range, self.ledger.max_results = maxRange, maxResults
        return {"maxRange": maxRange, "maxResults": maxResults}

    def code(self, address, block="latest"):
        if not isinstance(address, str) or not ADDRESS.match(address):
            raise RPCError(-32602, "invalid argument 0: invalid address")
        known = {c["address"].lower() for c in self.contracts.values()}
        return "0xfe" if address.lower() in known else "0x"

    def methods(self):
        return self.ledger.methods() | {
            "web3_clientVersion": (lambda: "WeirStub/economy-1", 0),
            "eth_getCode": (self.code, 1),
            "stub_next": (self.stub_next, 0),
            "stub_advance": (self.stub_advance, 1),
            "stub_truth": (self.stub_truth, 0),
            "stub_limit": (self.stub_limit, 0),
        }

    def write(self, out):
        (out / "abis").mkdir(parents=True, exist_ok=True)
        for alias, contract in self.contracts.items():
            (out / "abis" / f"{alias}.json").write_text(json.dumps(contract["abi"]) + "\n")
        addresses = {alias: c["address"] for alias, c in self.contracts.items()}
        (out / "addresses.json").write_text(json.dumps(addresses, indent=1) + "\n")


def signature_of(fragment):
    return f"{fragment['name']}({','.join(type_of(i) for i in fragment['inputs'])})"


def type_of(parameter):
    if not parameter["type"].startswith("tuple"):
        return parameter["type"]
    inner = ",".join(type_of(c) for c in parameter["components"])
    return f"({inner}){parameter['type'][len('tuple'):]}"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("vectors", nargs="?")
    parser.add_argument("--all", action="store_true", help="start at the final head")
    parser.add_argument("--head", type=int, default=0, help="height at the start")
    parser.add_argument("--out", type=pathlib.Path, help="write abis/ and addresses.json there")
    parser.add_argument("--safe-lag", type=int, default=8)
    parser.add_argument("--finalized-lag", type=int, default=16)
    parser.add_argument("--forget-orphans", action="store_true")
    parser.add_argument("--interval", type=float, help="a step every so many seconds")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--until-stdin-closes", action="store_true")
    options = parser.parse_args()
    folder = vectors_folder(options.vectors)
    if folder is None:
        parser.error("no chains/economy-1.ndjson.gz: give the vectors' folder or set WEIR_VECTORS")
    economy = Economy(folder, options.safe_lag, options.finalized_lag, not options.forget_orphans)
    if options.all:
        economy.finish()
    elif options.head:
        while not economy.stub_advance(options.head)["done"]:
            pass
    if options.out:
        try:
            economy.write(options.out)
        except OSError as error:
            parser.error(f"cannot write to --out: {error}")
    server = rpcserver.start(rpcserver.Node("stub", economy.methods()), options.port)
    rpcserver.announce(
        server, chainId=economy.ledger.chain_id, head=economy.place(),
        out=str(options.out) if options.out else None,
        contracts={alias: c["address"] for alias, c in economy.contracts.items()})

    def tick():
        if economy.next_kind() != "end":
            economy.step()
        return economy.next_kind() != "end"

    rpcserver.run(server, tick, options.interval, options.until_stdin_closes)


if __name__ == "__main__":
    main()
