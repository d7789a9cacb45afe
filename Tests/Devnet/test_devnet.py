# Weir
# SPDX-License-Identifier: Apache-2.0
"""The devnet is right: its hashes, roots and logs follow from its own JSON, its truth from a naive
recount, and its errors are those of nodes.

    VENV/bin/python -m unittest -v test_devnet      in this folder
"""

import gzip
import json
import pathlib
import tempfile
import unittest
from collections import Counter

import rlp
from eth_account import Account
from eth_bloom import BloomFilter
from eth_utils import keccak, to_checksum_address
from trie import HexaryTrie

from client import Client, RPCFailure
from truth import type_of

ZERO = "0x" + "00" * 20


def raw(text):
    return bytes.fromhex(text[2:])


def number(text):
    """A quantity, checked to be as short as it can be."""
    if text != hex(int(text, 16)):
        raise AssertionError(f"{text} is no quantity")
    return int(text, 16)


def root(items):
    trie = HexaryTrie({})
    for index, item in enumerate(items):
        trie[rlp.encode(index)] = item
    return trie.root_hash


def header_rlp(b):
    return rlp.encode([
        raw(b["parentHash"]), raw(b["sha3Uncles"]), raw(b["miner"]), raw(b["stateRoot"]),
        raw(b["transactionsRoot"]), raw(b["receiptsRoot"]), raw(b["logsBloom"]),
        number(b["difficulty"]), number(b["number"]), number(b["gasLimit"]),
        number(b["gasUsed"]), number(b["timestamp"]), raw(b["extraData"]), raw(b["mixHash"]),
        raw(b["nonce"]), number(b["baseFeePerGas"]), raw(b["withdrawalsRoot"]),
        number(b["blobGasUsed"]), number(b["excessBlobGas"]), raw(b["parentBeaconBlockRoot"]),
        raw(b["requestsHash"]),
    ])


def transaction_raw(t):
    kind = number(t["type"])
    to = raw(t["to"]) if t["to"] else b""
    tail = [number(t["gas"]), to, number(t["value"]), raw(t["input"])]
    signature = [number(t["v"]), number(t["r"]), number(t["s"])]
    if kind == 0:
        return rlp.encode([number(t["nonce"]), number(t["gasPrice"]), *tail, *signature])
    access = [[raw(e["address"]), [raw(k) for k in e["storageKeys"]]] for e in t["accessList"]]
    fees = (
        [number(t["gasPrice"])] if kind == 1
        else [number(t["maxPriorityFeePerGas"]), number(t["maxFeePerGas"])]
    )
    return bytes([kind]) + rlp.encode(
        [number(t["chainId"]), number(t["nonce"]), *fees, *tail, access, *signature])


def receipt_raw(r):
    logs = [[raw(l["address"]), [raw(t) for t in l["topics"]], raw(l["data"])] for l in r["logs"]]
    body = rlp.encode(
        [number(r["status"]), number(r["cumulativeGasUsed"]), raw(r["logsBloom"]), logs])
    kind = number(r["type"])
    return bytes([kind]) + body if kind else body


def bloom_of(logs):
    bloom = BloomFilter()
    for log in logs:
        bloom.extend([raw(log["address"]), *(raw(t) for t in log["topics"])])
    return int(bloom)


class Whole(unittest.TestCase):
    """A script run to its end, seen through JSON-RPC."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.out = pathlib.Path(cls.folder.name)
        cls.node = Client("devnet.py", "--out", cls.out, "--blocks", 60)
        cls.reorgs = []
        cls.seen = {}
        while True:
            answer = cls.node.named("devnet_step", n=1)
            cls.reorgs += [s for s in answer["steps"] if s["kind"] == "reorg"]
            cls.seen[answer["head"]["hash"]] = answer["head"]["number"]
            if answer["done"]:
                break
        cls.head = answer["head"]["number"]
        cls.truth = cls.node.call("devnet_truth")
        cls.chain = [
            cls.node.call("eth_getBlockByNumber", hex(n), True) for n in range(cls.head + 1)]
        cls.receipts = [
            cls.node.call("eth_getBlockReceipts", b["hash"]) for b in cls.chain]

    @classmethod
    def tearDownClass(cls):
        cls.node.close()
        cls.folder.cleanup()

    def refused(self, code, method, *params):
        with self.assertRaises(RPCFailure) as caught:
            self.node.call(method, *params)
        self.assertEqual(caught.exception.code, code, caught.exception.message)
        return caught.exception.message

    # Hashes, roots, blooms

    def test_block_hash_is_the_keccak_of_the_header(self):
        for block in self.chain:
            self.assertEqual(raw(block["hash"]), keccak(header_rlp(block)), block["number"])

    def test_each_block_names_the_one_before(self):
        for before, block in zip(self.chain, self.chain[1:]):
            self.assertEqual(block["parentHash"], before["hash"])
            self.assertEqual(number(block["number"]), number(before["number"]) + 1)

    def test_roots_blooms_and_gas_follow_from_transactions_and_receipts(self):
        for block, receipts in zip(self.chain, self.receipts):
            transactions = block["transactions"]
            transactions_root = root(map(transaction_raw, transactions))
            self.assertEqual(raw(block["transactionsRoot"]), transactions_root)
            self.assertEqual(raw(block["receiptsRoot"]), root(map(receipt_raw, receipts)))
            logs = [log for r in receipts for log in r["logs"]]
            self.assertEqual(int(block["logsBloom"], 16), bloom_of(logs))
            self.assertEqual([number(log["logIndex"]) for log in logs], list(range(len(logs))))
            used = 0
            for tx, r in zip(transactions, receipts):
                self.assertEqual(int(r["logsBloom"], 16), bloom_of(r["logs"]))
                used += number(r["gasUsed"])
                self.assertEqual(number(r["cumulativeGasUsed"]), used)
                self.assertEqual(r["effectiveGasPrice"], tx["gasPrice"])
                self.assertEqual(r["status"] == "0x0" and r["logs"] or [], [])
            self.assertEqual(number(block["gasUsed"]), used)

    def test_transaction_hashes_and_senders_follow_from_the_signed_bytes(self):
        kinds = Counter()
        for block in self.chain:
            for index, tx in enumerate(block["transactions"]):
                signed = transaction_raw(tx)
                self.assertEqual(raw(tx["hash"]), keccak(signed))
                self.assertEqual(raw(tx["from"]), raw(Account.recover_transaction(signed)))
                self.assertEqual(self.node.call("eth_getTransactionByHash", tx["hash"]), tx)
                self.assertEqual(number(tx["transactionIndex"]), index)
                kinds[tx["type"]] += 1
        self.assertEqual(set(kinds), {"0x0", "0x1", "0x2"})

    # Queries

    def test_logs_by_range_by_hash_and_in_receipts_are_the_same(self):
        by_range = self.node.call("eth_getLogs", {"fromBlock": "earliest", "toBlock": "latest"})
        by_hash, in_receipts = [], []
        for block, receipts in zip(self.chain, self.receipts):
            by_hash += self.node.call("eth_getLogs", {"blockHash": block["hash"]})
            in_receipts += [log for r in receipts for log in r["logs"]]
            for tx, r in zip(block["transactions"], receipts):
                self.assertEqual(self.node.call("eth_getTransactionReceipt", tx["hash"]), r)
        self.assertGreater(len(by_range), 300)
        self.assertEqual(by_range, by_hash)
        self.assertEqual(by_range, in_receipts)
        self.assertFalse(any(log["removed"] for log in by_range))

    def test_filters_choose_what_a_naive_filter_chooses(self):
        everything = self.node.call("eth_getLogs", {"fromBlock": "0x0", "toBlock": "latest"})
        addresses = list(self.node.hello["contracts"].values())
        topics = sorted({t for log in everything for t in log["topics"]})
        cases = [
            (addresses[0], None), (addresses[1:3], None), (None, [topics[:9]]),
            (None, [None, topics[3::4]]), (addresses, [topics, None, topics[::2]]),
            (None, [[], None, None]), (None, [None] * 4), (addresses[5], [topics[:60]]),
        ]
        for address, wanted in cases:
            query = {"fromBlock": "0x5", "toBlock": hex(self.head - 3)}
            query |= {"address": address} if address else {}
            query |= {"topics": wanted} if wanted else {}
            chosen = [a.lower() for a in ([address] if isinstance(address, str) else address or [])]
            naive = [
                log for log in everything
                if 5 <= number(log["blockNumber"]) <= self.head - 3
                and (not chosen or log["address"] in chosen)
                and len(log["topics"]) >= len(wanted or [])
                and all(not w or t in w for w, t in zip(wanted or [], log["topics"]))
            ]
            self.assertEqual(self.node.call("eth_getLogs", query), naive)

    def test_tags_and_hash_only_blocks(self):
        get = lambda tag: self.node.call("eth_getBlockByNumber", tag, False)
        self.assertEqual(number(self.node.call("eth_blockNumber")), self.head)
        for tag, height in (("earliest", 0), ("latest", self.head), ("safe", self.head - 8),
                            ("finalized", self.head - 16)):
            block = dict(self.chain[height])
            block["transactions"] = [tx["hash"] for tx in block["transactions"]]
            self.assertEqual(get(tag), block)
        pending = get("pending")
        self.assertEqual((pending["hash"], pending["number"]), (None, hex(self.head + 1)))
        self.assertIsNone(get(hex(self.head + 1)))
        self.assertIsNone(self.node.call("eth_getBlockByHash", "0x" + "11" * 32, True))
        self.assertIsNone(self.node.call("eth_getBlockReceipts", hex(self.head + 1)))
        self.assertIsNone(self.node.call("eth_getTransactionReceipt", "0x" + "11" * 32))

    def test_errors_are_those_of_nodes(self):
        logs = "eth_getLogs"
        unknown = self.refused(-32000, logs, {"blockHash": "0x" + "22" * 32})
        self.assertEqual(unknown, "unknown block")
        beyond = self.refused(-32602, logs, {"fromBlock": "0x0", "toBlock": hex(self.head + 1)})
        self.assertEqual(beyond, "block range extends beyond current head block")
        self.refused(-32602, logs, {"fromBlock": "0x5", "toBlock": "0x4"})
        self.refused(-32602, logs, {"blockHash": self.chain[5]["hash"], "fromBlock": "0x1"})
        self.refused(-32602, logs, {"address": "0x12"})
        self.refused(-32602, logs, {"topics": [None] * 5})
        leading = self.refused(-32602, "eth_getBlockByNumber", "0x01", False)
        self.assertIn("leading zero", leading)
        for bad in (5, "5", "0x", "newest", "0xzz", None):
            self.refused(-32602, "eth_getBlockByNumber", bad, False)
        self.refused(-32602, "eth_getBlockByNumber")
        self.refused(-32602, "eth_chainId", 1)
        self.refused(-32601, "eth_doesNotExist")
        self.refused(3, "eth_call", {
            "to": self.node.hello["contracts"]["Token"],
            "data": "0x" + keccak(text="mint(address,uint256)")[:4].hex() + "00" * 64})

    def test_batches_keep_order_and_leave_out_notifications(self):
        calls = [{"jsonrpc": "2.0", "id": i, "method": m, "params": p} for i, (m, p) in enumerate(
            [("eth_blockNumber", []), ("nope", []), ("eth_getBlockByNumber", ["0x3", False])])]
        notification = {"jsonrpc": "2.0", "method": "eth_chainId"}
        answers = json.loads(self.node.post([*calls, notification])[2])
        self.assertEqual([a["id"] for a in answers], [0, 1, 2])
        self.assertEqual(answers[1]["error"]["code"], -32601)
        self.assertEqual(answers[2]["result"]["hash"], self.chain[3]["hash"])
        for body, code in ((b"[]", -32600), (b"{nonsense", -32700), (b"[1]", -32600)):
            answer = json.loads(self.node.post(body)[2])
            answer = answer[0] if isinstance(answer, list) else answer
            self.assertEqual(answer["error"]["code"], code)

    def test_connection_is_kept_and_large_answers_are_gzipped_on_request(self):
        body = {"jsonrpc": "2.0", "id": 1, "method": "eth_getBlockReceipts", "params": ["0x3"]}
        plain = self.node.post(body)[2]
        socket = self.node.connection.sock
        status, headers, packed = self.node.post(body, **{"Accept-Encoding": "gzip, deflate"})
        self.assertIs(self.node.connection.sock, socket)
        self.assertEqual((status, headers["Content-Encoding"]), (200, "gzip"))
        self.assertEqual(gzip.decompress(packed), plain)

    def test_fee_history_agrees_with_blocks(self):
        newest, count = self.head - 2, 20
        history = self.node.call("eth_feeHistory", hex(count), hex(newest), [10, 50, 90])
        oldest = newest - count + 1
        self.assertEqual(number(history["oldestBlock"]), oldest)
        self.assertEqual(history["baseFeePerGas"],
                         [b["baseFeePerGas"] for b in self.chain[oldest : newest + 2]])
        self.assertEqual(len(history["gasUsedRatio"]), count)
        for rewards, receipts, block in zip(
                history["reward"], self.receipts[oldest:], self.chain[oldest:]):
            tips = {number(r["effectiveGasPrice"]) - number(block["baseFeePerGas"])
                    for r in receipts} or {0}
            self.assertLessEqual({number(r) for r in rewards}, tips)
            self.assertEqual(rewards, sorted(rewards, key=number))
        # The fee foretold for the block after the head is the one that EIP-1559 gives.
        last = self.node.call("eth_feeHistory", "0x1", hex(newest - 1))
        self.assertEqual(last["baseFeePerGas"][1], self.chain[newest]["baseFeePerGas"])
        self.assertNotIn("reward", last)

    # Reorganisations

    def test_scripted_reorganisations_replace_blocks_with_events(self):
        self.assertEqual([(r["depth"], r["length"]) for r in self.reorgs], [(1, 1), (2, 2), (5, 6)])
        canonical = {b["hash"] for b in self.chain}
        transactions = {tx["hash"] for b in self.chain for tx in b["transactions"]}
        again = lost = 0
        for reorg in self.reorgs:
            for old in reorg["dropped"]:
                self.assertIn(old, self.seen)
                self.assertNotIn(old, canonical)
                # As geth: known by hash, with its logs, but its transactions are nowhere, except
                # those that the new branch took over.
                block = self.node.call("eth_getBlockByHash", old, True)
                logs = self.node.call("eth_getLogs", {"blockHash": old})
                self.assertEqual(raw(old), keccak(header_rlp(block)))
                self.assertTrue(block["transactions"])
                for tx in block["transactions"]:
                    receipt = self.node.call("eth_getTransactionReceipt", tx["hash"])
                    if tx["hash"] in transactions:
                        again += 1
                        self.assertIn(receipt["blockHash"], canonical)
                    else:
                        lost += 1
                        self.assertIsNone(receipt)
                self.assertFalse(any(log["removed"] for log in logs))
        self.assertGreater(again, 0)
        self.assertGreater(lost, 0)

    # Truth

    def fragments(self):
        for name, address in self.node.hello["contracts"].items():
            for f in json.loads((self.out / "abis" / f"{name}.json").read_text()):
                if f["type"] == "event":
                    yield name, address.lower(), f

    def recount(self, logs):
        """Counts by address, topic0 and number of topics alone."""
        layouts = {}
        for name, address, f in self.fragments():
            topics = sum(i["indexed"] for i in f["inputs"])
            signature = f"{f['name']}({','.join(map(type_of, f['inputs']))})"
            topic0 = None if f["anonymous"] else "0x" + keccak(text=signature).hex()
            layouts[address, topic0, topics + (topic0 is not None)] = f"{name}.{f['name']}"
        counts = Counter()
        for log in logs:
            topics = log["topics"]
            name = layouts.get((log["address"], topics[0] if topics else None, len(topics)))
            counts[name or layouts.get((log["address"], None, len(topics)))] += 1
        return counts

    def test_truth_counts_are_those_of_a_naive_recount(self):
        logs = self.node.call("eth_getLogs", {"fromBlock": "0x0", "toBlock": "latest"})
        counts = self.recount(logs)
        # A log of a known topic0 whose data is cut short is not decoded: the one difference.
        broken = [l for l in self.truth["decoded"] if l["event"] is None and l["data"] != "0x"
                  and len(l["data"]) == 2 + 2 * 17]
        self.assertTrue(broken)
        counts["Zoo.Text"] -= len(broken)
        undecoded = counts.pop(None) + len(broken)
        self.assertEqual(self.truth["counts"], dict(counts))
        self.assertEqual(sum(self.truth["undecoded"].values()), undecoded)
        self.assertEqual(self.truth["logs"], len(logs))
        orphaned = [
            log for r in self.reorgs for h in r["dropped"]
            for log in self.node.call("eth_getLogs", {"blockHash": h})]
        self.assertEqual(self.truth["orphaned"]["logs"], len(orphaned))
        self.assertGreater(self.truth["orphaned"]["counts"]["Token.Transfer"], 0)

    def test_every_event_of_every_abi_occurs_and_is_decoded(self):
        wanted = {(n, f["name"], len(f["inputs"]), sum(i["indexed"] for i in f["inputs"]))
                  for n, _, f in self.fragments()}
        seen = {(l["contract"], l["event"], len(l["args"]), sum(a["indexed"] for a in l["args"]))
                for l in self.truth["decoded"] if l["event"]}
        self.assertEqual(wanted - seen, set())

    def test_decoded_logs_stand_where_the_chain_has_them(self):
        logs = self.node.call("eth_getLogs", {"fromBlock": "0x0", "toBlock": "latest"})
        for log, decoded in zip(logs, self.truth["decoded"], strict=True):
            self.assertEqual(number(log["blockNumber"]), decoded["blockNumber"])
            self.assertEqual(number(log["logIndex"]), decoded["logIndex"])
            for key in ("blockHash", "transactionHash"):
                self.assertEqual(log[key], decoded[key])
            self.assertEqual(to_checksum_address(log["address"]), decoded["address"])

    def test_values_are_written_as_promised(self):
        values = [(a["type"], a["value"]) for l in self.truth["decoded"] for a in l["args"] or []]
        flat = [v for kind, v in values if kind == "string"]
        self.assertTrue(any(isinstance(v, dict) and "hex" in v for v in flat), "no broken UTF-8")
        self.assertTrue(any(isinstance(v, dict) and "hash" in v for v in flat), "no indexed string")
        self.assertTrue(any(kind == "int128" and v == str(-(2**127)) for kind, v in values)
                        or any(str(-(2**127)) in v for kind, v in values if kind == "int128[3]"))
        for kind, value in values:
            if kind.startswith(("uint", "int")) and not kind.endswith("]"):
                self.assertEqual(value, str(int(value)))
            if kind == "address":
                self.assertEqual(value, to_checksum_address(value))

    def test_state_is_the_fold_of_the_decoded_events(self):
        balances, stakes, totals = Counter(), Counter(), Counter()
        for log in self.truth["decoded"]:
            args = {a["name"]: a["value"] for a in log["args"] or []}
            key = f"{log['contract']}.{log['event']}"
            if key == "Token.Transfer":
                balances[args["sender"]] -= int(args["value"])
                balances[args["receiver"]] += int(args["value"])
            elif key == "NodeRegistry.NodeRegistered":
                stakes[args["node"]] += int(args["stake"])
            elif key == "NodeRegistry.StakeAdded":
                stakes[args["node"]] += int(args["amount"])
            elif key in ("NodeRegistry.NodeSlashed", "NodeRegistry.NodeUnregistered"):
                stakes[args["node"]] -= int(args.get("amount") or args["returned"])
            elif key == "JobMarket.JobPosted":
                totals["JobMarket.escrowHeld()"] += int(args["payment"])
            elif key in ("JobMarket.PaymentReleased", "JobMarket.PaymentRefunded"):
                totals["JobMarket.escrowHeld()"] -= int(args["amount"]) + int(args.get("fee", 0))
            elif key in ("PaymentChannel.ChannelOpened", "PaymentChannel.ChannelToppedUp"):
                totals["PaymentChannel.locked()"] += int(args.get("deposit") or args["amount"])
            elif key in ("PaymentChannel.VoucherRedeemed", "PaymentChannel.ChannelClosed"):
                totals["PaymentChannel.locked()"] -= int(args.get("amount") or args["refunded"])
        state = self.truth["state"]
        for address, balance in state["tokenBalances"].items():
            self.assertEqual(int(balance), balances[address], address)
        for address, stake in state["stakes"].items():
            self.assertEqual(int(stake), stakes[address], address)
        self.assertEqual(int(state["views"]["Token.totalSupply()"]), -balances[ZERO])
        self.assertEqual(int(state["views"]["NodeRegistry.totalStaked()"]), sum(stakes.values()))
        for view, total in totals.items():
            self.assertEqual(int(state["views"][view]), total, view)

    def test_state_can_be_read_at_old_blocks(self):
        token = self.node.hello["contracts"]["Token"]
        supply = {"to": token, "input": "0x" + keccak(text="totalSupply()")[:4].hex()}
        at = lambda block: int(self.node.call("eth_call", supply, block), 16)
        self.assertEqual(at("latest"), int(self.truth["state"]["views"]["Token.totalSupply()"]))
        self.assertEqual(at("0x2"), 0)
        self.assertEqual(at({"blockHash": self.chain[3]["hash"]}), at("0x3"))
        self.assertEqual(self.node.call("eth_getCode", token, "0x0"), "0x")
        self.assertGreater(len(self.node.call("eth_getCode", token, "0x1")), 1000)
        for address, wei in self.truth["state"]["weiBalances"].items():
            self.assertEqual(number(self.node.call("eth_getBalance", address, "latest")), int(wei))


if __name__ == "__main__":
    unittest.main()
