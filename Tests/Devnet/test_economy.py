# Weir
# SPDX-License-Identifier: Apache-2.0
"""The stub of economy-1 serves that chain: its blocks, its lost branches in time, its counts.

    python3 -m unittest -v test_economy      in this folder; skipped where the vectors are absent
"""

import json
import unittest

from client import Client, RPCFailure
from keccak import keccak256
from serve_economy import vectors_folder

FOLDER = vectors_folder(None)


class Keccak(unittest.TestCase):
    def test_known_hashes(self):
        for message, digest in (
            (b"", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"),
            (b"Transfer(address,address,uint256)",
             "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"),
        ):
            self.assertEqual(keccak256(message).hex(), digest)

    @unittest.skipIf(FOLDER is None, "no vectors: set WEIR_VECTORS")
    def test_vectors(self):
        for line in (FOLDER / "keccak.ndjson").read_text().splitlines():
            case = json.loads(line)
            self.assertEqual(
                "0x" + keccak256(bytes.fromhex(case["data"][2:])).hex(), case["keccak256"])


@unittest.skipIf(FOLDER is None, "no vectors: set WEIR_VECTORS")
class Economy(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.expected = json.loads((FOLDER / "chains" / "economy-1.expected.json").read_text())

    def start(self, *arguments):
        node = Client("serve_economy.py", FOLDER, *arguments)
        self.addCleanup(lambda: self.assertEqual(node.close(), 0))
        return node

    def block(self, node, tag):
        return node.call("eth_getBlockByNumber", tag, False)

    def test_all_serves_the_final_chain_and_its_counts(self):
        node = self.start("--all")
        self.assertEqual(node.hello["head"]["hash"], self.expected["head"]["hash"])
        truth = node.call("stub_truth")
        self.assertEqual(truth["counts"], self.expected["events"])
        self.assertEqual((truth["unknown"], truth["orphaned"]["blocks"]), (0, 10))
        logs = node.call("eth_getLogs", {"fromBlock": "0x0", "toBlock": "latest"})
        self.assertEqual(len(logs), sum(self.expected["events"].values()))
        by_hash, before = [], None
        for height in range(201):
            block = self.block(node, hex(height))
            if height:
                self.assertEqual(block["parentHash"], before["hash"])
            before = block
            by_hash += node.call("eth_getLogs", {"blockHash": block["hash"]})
            receipts = node.call("eth_getBlockReceipts", block["hash"])
            self.assertEqual([r["transactionHash"] for r in receipts], block["transactions"])
        self.assertEqual(logs, by_hash)
        for tag, height in (("latest", 200), ("safe", 192), ("finalized", 184), ("earliest", 0)):
            self.assertEqual(int(self.block(node, tag)["number"], 16), height)

    def test_step_by_step_shows_each_lost_block_before_its_replacement(self):
        node = self.start()
        heads = [node.hello["head"]["hash"]]
        while not (answer := node.call("stub_next"))["done"]:
            heads.append(answer["head"]["hash"])
            self.assertEqual(self.block(node, "latest")["hash"], heads[-1])
        self.assertEqual(len(heads) + 1, 204)
        for reorg in self.expected["reorgs"]:
            place = heads.index(reorg["orphaned"][0])
            end = place + reorg["depth"]
            self.assertEqual(heads[place:end], reorg["orphaned"])
            self.assertEqual(heads[end], reorg["replacedBy"][-1])

    def test_advance_stops_at_each_lost_tip(self):
        node = self.start("--forget-orphans")
        for reorg in self.expected["reorgs"]:
            answer = node.named("stub_advance", to=200)
            self.assertEqual((answer["done"], answer["next"]), (False, "reorg"))
            self.assertEqual(answer["head"]["hash"], reorg["orphaned"][-1])
            self.assertTrue(answer["orphaned"])
            # The block that will take its place is not known yet.
            future = reorg["replacedBy"][0]
            self.assertIsNone(node.call("eth_getBlockByHash", future, False))
            self.assertIsNotNone(node.call("eth_getBlockByHash", answer["head"]["hash"], False))
            step = node.call("stub_next")["steps"][0]
            self.assertEqual(step["dropped"], reorg["orphaned"])
            self.assertIsNone(node.call("eth_getBlockByHash", reorg["orphaned"][0], False))
            self.assertIsNotNone(node.call("eth_getBlockByHash", future, False))
        self.assertTrue(node.named("stub_advance", to=200)["done"])
        self.assertEqual(node.call("stub_truth")["counts"], self.expected["events"])

    def test_what_was_not_recorded_is_refused(self):
        node = self.start("--head", 100)
        self.assertEqual(node.hello["head"]["number"], 100)
        for method, code in (("eth_call", -32601), ("eth_getBalance", -32601)):
            with self.assertRaises(RPCFailure) as caught:
                node.call(method, {}, "latest")
            self.assertEqual(caught.exception.code, code)
        with self.assertRaises(RPCFailure) as caught:
            node.call("eth_getLogs", {"fromBlock": "0x0", "toBlock": "0x65"})
        self.assertEqual(caught.exception.message, "block range extends beyond current head block")
        self.assertEqual(
            node.call("eth_getCode", self.expected["contracts"]["token"], "latest"), "0xfe")


if __name__ == "__main__":
    unittest.main()
