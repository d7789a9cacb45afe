# Weir
# SPDX-License-Identifier: Apache-2.0
"""The devnet fails and reorganises as it is told to, obeys the EVM, and repeats itself.

    VENV/bin/python -m unittest -v test_faults      in this folder
"""

import http.client
import json
import tempfile
import unittest

import devnet
from client import Client, RPCFailure


class Faults(unittest.TestCase):
    """Injected faults, limits, and reorganisations on demand."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.node = Client("devnet.py", "--out", self.folder.name, "--head", 8, "--forget-orphans")

    def tearDown(self):
        self.assertEqual(self.node.close(), 0)
        self.folder.cleanup()

    def test_each_fault_shows_once_and_passes(self):
        body = {"jsonrpc": "2.0", "id": 1, "method": "eth_getBlockReceipts", "params": ["0x3"]}
        whole = self.node.post(body)[2]
        statuses = {"429": 429, "502": 502}
        for kind in ("error", "limit", "429", "502", "html", "empty", "truncated", "null"):
            self.node.call("devnet_fail", 1, kind)
            status, headers, answer = self.node.post(body)
            self.assertEqual(status, statuses.get(kind, 200), kind)
            self.assertNotEqual(answer, whole, kind)
            if kind in ("html", "truncated", "empty"):
                with self.assertRaises(ValueError):
                    json.loads(answer)
            if kind == "429":
                self.assertEqual(headers["Retry-After"], "1")
            self.assertEqual(self.node.post(body)[2], whole, kind)
        for kind in ("cut", "close"):
            self.node.call("devnet_fail", 1, kind)
            with self.assertRaises((http.client.IncompleteRead, http.client.RemoteDisconnected)):
                self.node.post(body)
            self.node.connection.close()
            self.assertEqual(self.node.post(body)[2], whole, kind)
        stats = self.node.call("devnet_stats")
        self.assertEqual(stats["http"]["fault:cut"], 1)
        # Calls that got an answer object: not those under 429, 502, html, empty and close.
        self.assertEqual(stats["calls"], {"eth_getBlockReceipts": 16})

    def test_log_limits(self):
        self.node.named("devnet_limit", maxRange=4)
        with self.assertRaises(RPCFailure) as caught:
            self.node.call("eth_getLogs", {"fromBlock": "0x0", "toBlock": "0x4"})
        self.assertEqual(caught.exception.message, "query exceeds max block range 4")
        self.node.call("eth_getLogs", {"fromBlock": "0x1", "toBlock": "0x4"})
        self.node.named("devnet_limit", maxResults=10)
        with self.assertRaises(RPCFailure) as caught:
            self.node.call("eth_getLogs", {"fromBlock": "0x0", "toBlock": "0x5"})
        self.assertIn("retry with the range 0-2", caught.exception.message)
        self.node.named("devnet_limit")

    def test_reorganisation_on_demand_and_forgotten_orphans(self):
        before = [self.node.call("eth_getBlockByNumber", hex(n), False) for n in range(9)]
        answer = self.node.call("devnet_reorg", 3)
        after = [self.node.call("eth_getBlockByNumber", hex(n), False) for n in range(9)]
        self.assertEqual(before[:6], after[:6])
        for old, new in zip(before[6:], after[6:]):
            self.assertNotEqual(old["hash"], new["hash"])
            self.assertIsNone(self.node.call("eth_getBlockByHash", old["hash"], False))
            with self.assertRaises(RPCFailure):
                self.node.call("eth_getLogs", {"blockHash": old["hash"]})
        self.assertEqual(answer["dropped"], [b["hash"] for b in before[6:]])
        # A shorter branch: the head goes back.
        self.assertEqual(self.node.call("devnet_reorg", 4, 2)["head"]["number"], 6)
        self.assertEqual(self.node.call("devnet_truth")["orphaned"]["blocks"], 7)
        with self.assertRaises(RPCFailure):
            self.node.call("devnet_reorg", 4)


class Rules(unittest.TestCase):
    """The blocks obey the EVM's rules, and nothing about them is random."""

    def run_script(self, seed):
        node = devnet.Devnet(seed, 24, devnet.default_reorgs(24), 8, 16, True)
        while not node.done():
            node.step()
        return node

    def test_same_seed_same_hashes_and_another_seed_others(self):
        first, second, other = (self.run_script(seed) for seed in (1, 1, 2))
        self.assertEqual(first.ledger.canonical, second.ledger.canonical)
        self.assertEqual([r.hash for r in first.dropped], [r.hash for r in second.dropped])
        self.assertNotEqual(first.ledger.head.hash, other.ledger.head.hash)

    def test_another_chain_accepts_every_block_by_full_validation(self):
        node = self.run_script(3)
        fresh = devnet.EVM(node.scenario.cast.everyone)
        self.assertEqual(fresh.genesis.hash, node.evm.genesis.hash)
        hashes = [*node.ledger.canonical[1:], *(r.hash for r in node.dropped)]
        blocks = [node.evm.blocks[bytes.fromhex(h[2:])] for h in hashes]
        blocks.sort(key=lambda block: block.number)
        self.assertGreater(len(blocks), 24)
        for block in blocks:
            fresh.chain.import_block(block, perform_validation=True)


if __name__ == "__main__":
    unittest.main()
