# Weir
# SPDX-License-Identifier: Apache-2.0
"""Tests of what the benchmarks are made of: python3 -m unittest Benchmarks/Kit/test_kit.py

The forge is tested where WEIR_BENCHMARKS names the program.
"""

import json
import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import machine  # noqa: E402
import report  # noqa: E402
from hotpaths import at_least, by_turns, reached  # noqa: E402
from report import Figure, Row  # noqa: E402
from stub import Missing  # noqa: E402

PROGRAM = os.environ.get("WEIR_BENCHMARKS")


class Options:
    runs = 3

    def __init__(self):
        self.said = []
        self.say = self.said.append


class ReportTests(unittest.TestCase):
    def test_the_median_counts_and_ratios_are_those_of_medians(self):
        row = Row("x", "what", "/s", Figure("weir", [30, 10, 20]), [Figure("peer", [5, 1, 4])],
                  Figure("limit", [40]))
        self.assertEqual((row.ours.median, row.ratio, row.share), (20, 5, 0.5))

    def test_a_peer_that_is_missing_leaves_the_rest(self):
        row = Row("x", "a | b", "/s", Figure("weir", [1]), [None])
        self.assertIsNone(row.ratio)
        text = report.markdown([row])
        self.assertIn("a \\| b", text)
        self.assertEqual({line.count(" | ") for line in text.splitlines() if "---" not in line},
                         {len(report.HEAD) - 1})
        self.assertIsNone(json.loads(report.document([row], {}))["rows"][0]["ratio"])

    def test_nothing_is_reached_without_something_to_compare_with(self):
        figure = Figure("weir", [6])
        self.assertTrue(at_least(6, figure, Figure("peer", [1])))
        self.assertFalse(at_least(6, figure, Figure("peer", [1.01])))
        self.assertIsNone(at_least(6, figure, None))
        self.assertIsNone(reached(True, None))
        self.assertFalse(reached(True, False))


class TurnTests(unittest.TestCase):
    def test_all_run_in_every_round_and_what_is_missing_is_said_once(self):
        order, options = [], Options()

        def gone():
            raise Missing("nowhere")

        first, none, second = by_turns(options, [
            ("a", lambda: order.append("a") or 1), ("b", gone),
            ("c", lambda: order.append("c") or 2)])
        self.assertEqual(order, ["a", "c"] * 3)
        self.assertEqual((first.values, none, second.values), ([1] * 3, None, [2] * 3))
        self.assertEqual(options.said, ["without b: nowhere"])


class MachineTests(unittest.TestCase):
    def test_a_program_is_measured(self):
        result = machine.run([sys.executable, "-c", "x = bytearray(30_000_000); sum(range(10**6))"])
        self.assertGreater(result["cpu"], 0)
        self.assertGreater(result["wall"], 0)
        self.assertGreater(result["rss"], 30)

    def test_a_program_that_fails_is_no_figure(self):
        with self.assertRaisesRegex(RuntimeError, "ended with 3: why"):
            machine.run([sys.executable, "-c",
                         "import sys; sys.stderr.write('why'); sys.exit(3)"])


@unittest.skipUnless(PROGRAM, "WEIR_BENCHMARKS names no program")
class ForgeTests(unittest.TestCase):
    TRANSFER = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"

    def log(self, block, transaction, index):
        word = "0x" + f"{index:064x}"
        return {"address": "0x" + "ab" * 20, "topics": [self.TRANSFER, word, word], "data": word,
                "blockNumber": hex(block), "transactionHash": "0x" + f"{transaction:064x}",
                "transactionIndex": "0x0", "blockHash": "0x" + "77" * 32,
                "blockTimestamp": hex(1000 + block), "logIndex": hex(index), "removed": False}

    def forge(self, *options):
        with tempfile.TemporaryDirectory() as folder:
            source, target = os.path.join(folder, "in"), os.path.join(folder, "out")
            os.mkdir(source)
            logs = [self.log(500, 1, 0), self.log(500, 1, 1), self.log(500, 2, 2),
                    self.log(502, 3, 0)]
            self.write(source, "logs.ndjson", logs)
            self.write(source, "blocks.ndjson", [
                {"number": hex(block), "timestamp": hex(1000 + block)} for block in (500, 501, 502)])
            with open(os.path.join(source, "expected.json"), "w") as file:
                json.dump({"events": {"Transfer": {"topic0": self.TRANSFER}}}, file)
            subprocess.run(
                [PROGRAM, "forge", "--in", source, "--out", target, *options], check=True,
                capture_output=True)
            found = {}
            for name in os.listdir(target):
                with open(os.path.join(target, name)) as file:
                    found[name] = file.read()
        return logs, found

    @staticmethod
    def write(folder, name, rows):
        with open(os.path.join(folder, name), "w") as file:
            for row in rows:
                file.write(json.dumps(row, separators=(",", ":")) + "\n")

    def test_the_chain_links_and_its_logs_name_it(self):
        before, files = self.forge()
        rows = lambda name: [json.loads(line) for line in files[name].splitlines()]
        blocks, logs, transactions = (
            rows(f"{name}.ndjson") for name in ("blocks", "logs", "transactions"))
        self.assertEqual([int(block["number"], 16) for block in blocks], [499, 500, 501, 502])
        for parent, child in zip(blocks, blocks[1:]):
            self.assertEqual(child["parentHash"], parent["hash"])
        self.assertEqual([len(block["transactions"]) for block in blocks], [0, 2, 0, 1])
        self.assertEqual(
            [transaction["hash"] for transaction in transactions],
            [hash for block in blocks for hash in block["transactions"]])
        self.assertEqual(len(files["blooms.txt"].splitlines()), 3)
        names = {block["number"]: block["hash"] for block in blocks}
        for log, old in zip(logs, before, strict=True):
            self.assertEqual(log["blockHash"], names[log["blockNumber"]])
            for key in ("topics", "data", "logIndex", "address"):
                self.assertEqual(log[key], old[key])
        self.assertEqual(logs[0]["transactionHash"], logs[1]["transactionHash"])
        self.assertEqual(logs[2]["transactionHash"], transactions[1]["hash"])
        # Empty blocks have the bloom and the roots of nothing.
        self.assertEqual(int(blocks[2]["logsBloom"], 16), 0)
        self.assertEqual(blocks[2]["receiptsRoot"], blocks[2]["withdrawalsRoot"])

    def test_one_contract_for_each_event(self):
        _, files = self.forge("--contract-per-event")
        address = json.loads(files["contracts.json"])["Transfer"].lower()
        found = {json.loads(line)["address"] for line in files["logs.ndjson"].splitlines()}
        self.assertEqual(found, {address})


if __name__ == "__main__":
    unittest.main()
