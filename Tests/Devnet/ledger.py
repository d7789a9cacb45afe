# Weir
# SPDX-License-Identifier: Apache-2.0
"""The answers of a node that follow from its blocks alone.

A `Ledger` holds every block that was ever made, as JSON-RPC shows it, and which of them are the
canonical chain now. It answers the `eth_` methods that need no state, with geth's shapes and
geth's errors; the three places where clients differ are named where they stand. Standard library
only, so that both the py-evm node and the stub of recorded chains use it.
"""

import re

QUANTITY = re.compile(r"^0x(0|[1-9a-fA-F][0-9a-fA-F]*)$")
DATA32 = re.compile(r"^0x[0-9a-fA-F]{64}$")
ADDRESS = re.compile(r"^0x[0-9a-fA-F]{40}$")
TAGS = ("earliest", "latest", "safe", "finalized", "pending")
GWEI = 10**9


class RPCError(Exception):
    """An error answer: code, message and, where geth gives some, data."""

    def __init__(self, code, message, data=None):
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data


class Record:
    """One block with full transactions, its receipts, and its logs in order."""

    def __init__(self, block, receipts):
        self.block = block
        self.receipts = receipts
        self.number = int(block["number"], 16)
        self.hash = block["hash"]
        self.parent = block["parentHash"]
        self.logs = [log for receipt in receipts for log in receipt["logs"]]
        self.short = dict(block, transactions=[tx["hash"] for tx in block["transactions"]])


class Ledger:
    """Blocks, the canonical chain, and the queries over them.

    The chain starts at block 0, so `canonical[n]` is the hash of block n. `finalized` never moves
    back, whatever the reorganisations.
    """

    def __init__(self, chain_id, safe_lag, finalized_lag, keep_orphans=True):
        self.chain_id = chain_id
        self.safe_lag = safe_lag
        self.finalized_lag = finalized_lag
        self.keep_orphans = keep_orphans
        self.max_range = None
        self.max_results = None
        self.records = {}
        self.canonical = []
        self.position = {}
        self.transactions = {}
        self.floors = {"safe": 0, "finalized": 0}

    # The chain

    def add(self, record):
        self.records[record.hash] = record

    @property
    def head(self):
        return self.records[self.canonical[-1]]

    def at(self, number):
        return self.records[self.canonical[number]]

    def set_head(self, block_hash):
        """Makes `block_hash` the head; returns the hashes that are no longer canonical."""
        branch = []
        while self.position.get(block_hash) is None:
            branch.append(block_hash)
            block_hash = self.records[block_hash].parent
            if not self.canonical:
                break
        keep = self.position.get(block_hash, -1) + 1
        dropped = self.canonical[keep:]
        for old in dropped:
            del self.position[old]
            for tx in self.records[old].block["transactions"]:
                self.transactions.pop(tx["hash"], None)
        del self.canonical[keep:]
        for new in reversed(branch):
            self.position[new] = len(self.canonical)
            self.canonical.append(new)
            for index, tx in enumerate(self.records[new].block["transactions"]):
                self.transactions[tx["hash"]] = (new, index)
        for tag, lag in (("safe", self.safe_lag), ("finalized", self.finalized_lag)):
            self.floors[tag] = max(self.floors[tag], self.head.number - lag)
        return dropped

    def tag_number(self, tag):
        if tag == "earliest":
            return 0
        if tag in ("safe", "finalized"):
            return min(self.floors[tag], self.head.number)
        return self.head.number

    # Parameters

    def quantity(self, value, index):
        """A hex quantity as geth reads it: no leading zeros, no empty number."""
        if not isinstance(value, str):
            raise RPCError(-32602, f"invalid argument {index}: cannot unmarshal non-string into "
                                   "Go value of type hexutil.Uint64")
        if not value.startswith("0x"):
            raise RPCError(-32602, f"invalid argument {index}: hex string without 0x prefix")
        if not QUANTITY.match(value):
            leading = re.match(r"^0x0[0-9a-fA-F]+$", value)
            why = "hex number with leading zero digits" if leading else "invalid hex string"
            raise RPCError(-32602, f"invalid argument {index}: {why}")
        return int(value, 16)

    def block_number(self, value, index=0):
        return self.tag_number(value) if value in TAGS else self.quantity(value, index)

    def block_hash(self, value, index=0):
        if not isinstance(value, str) or not DATA32.match(value):
            raise RPCError(-32602, f"invalid argument {index}: invalid block hash")
        return value.lower()

    def known(self, block_hash):
        """The block of that hash; an orphan only where the node keeps them, as geth does."""
        record = self.records.get(block_hash)
        if record is None:
            return None
        return record if self.keep_orphans or block_hash in self.position else None

    def resolve(self, value, index=0):
        """The block that a number, tag, hash or EIP-1898 object names, or None."""
        if isinstance(value, dict):
            if "blockHash" in value:
                record = self.known(self.block_hash(value["blockHash"], index))
                if record and value.get("requireCanonical") and record.hash not in self.position:
                    raise RPCError(-32000, "hash is not currently canonical")
                return record
            value = value.get("blockNumber")
        if isinstance(value, str) and DATA32.match(value):
            return self.known(value.lower())
        number = self.block_number(value, index)
        return self.at(number) if number < len(self.canonical) else None

    # Methods

    def get_block(self, record, full):
        if record is None:
            return None
        return record.block if full else record.short

    def pending(self, full):
        """Geth's pending block: on top of the head, without hash, nonce and miner."""
        head = self.head.block
        block = dict(self.get_block(self.head, full))
        block.update(
            number=hex(self.head.number + 1), hash=None, nonce=None, miner=None,
            parentHash=head["hash"], timestamp=hex(int(head["timestamp"], 16) + 12),
            baseFeePerGas=hex(self.next_base_fee()), gasUsed="0x0", transactions=[],
            logsBloom="0x" + "00" * 256, transactionsRoot=EMPTY_ROOT, receiptsRoot=EMPTY_ROOT,
        )
        return block

    def get_logs(self, criteria):
        if not isinstance(criteria, dict):
            raise RPCError(-32602, "invalid argument 0: json: cannot unmarshal into filter query")
        addresses, topics = self.filter_of(criteria)
        if criteria.get("blockHash") is not None:
            if criteria.get("fromBlock") is not None or criteria.get("toBlock") is not None:
                raise RPCError(-32602, "cannot specify both BlockHash and FromBlock/ToBlock, "
                                       "choose one or the other")
            record = self.known(self.block_hash(criteria["blockHash"]))
            if record is None:
                raise RPCError(-32000, "unknown block")
            return [log for log in record.logs if matches(log, addresses, topics)]
        bounds = [criteria.get("fromBlock") or "latest", criteria.get("toBlock") or "latest"]
        if "pending" in bounds:
            raise RPCError(-32000, "pending logs are not supported")
        first, last = (self.block_number(bound) for bound in bounds)
        if first > last:
            raise RPCError(-32602, "invalid block range params")
        if last > self.head.number:
            # As reth does; geth gives what it has.
            raise RPCError(-32602, "block range extends beyond current head block")
        if self.max_range is not None and last - first + 1 > self.max_range:
            raise RPCError(-32602, f"query exceeds max block range {self.max_range}")
        found = []
        for number in range(first, last + 1):
            found += [log for log in self.at(number).logs if matches(log, addresses, topics)]
            if self.max_results is not None and len(found) > self.max_results:
                raise RPCError(-32602, f"query exceeds max results {self.max_results}, "
                                       f"retry with the range {first}-{max(first, number - 1)}")
        return found

    def filter_of(self, criteria):
        addresses = criteria.get("address")
        if addresses is not None:
            addresses = addresses if isinstance(addresses, list) else [addresses]
            for address in addresses:
                if not isinstance(address, str) or not ADDRESS.match(address):
                    raise RPCError(-32602, "invalid argument 0: invalid address")
            addresses = {address.lower() for address in addresses}
        topics = criteria.get("topics") or []
        if not isinstance(topics, list):
            raise RPCError(-32602, "invalid argument 0: invalid topics")
        if len(topics) > 4:
            raise RPCError(-32602, "exceed max topics")
        wanted = []
        for alternatives in topics:
            if alternatives is not None and not isinstance(alternatives, list):
                alternatives = [alternatives]
            if alternatives is None or None in alternatives or not alternatives:
                wanted.append(None)
                continue
            for topic in alternatives:
                if not isinstance(topic, str) or not DATA32.match(topic):
                    raise RPCError(-32602, "invalid argument 0: invalid topic(s)")
            wanted.append({topic.lower() for topic in alternatives})
        return addresses or None, wanted

    def next_base_fee(self):
        """EIP-1559: the base fee of the block after the head."""
        head = self.head.block
        base, used = int(head["baseFeePerGas"], 16), int(head["gasUsed"], 16)
        target = int(head["gasLimit"], 16) // 2
        if used == target:
            return base
        if used > target:
            return base + max(base * (used - target) // target // 8, 1)
        return base - base * (target - used) // target // 8

    def fee_history(self, count, newest, percentiles):
        count = int(count, 16) if isinstance(count, str) else count
        if not isinstance(count, int) or count < 0:
            raise RPCError(-32602, "invalid argument 0: invalid block count")
        percentiles = percentiles or []
        if any(b <= a for a, b in zip(percentiles, percentiles[1:])):
            raise RPCError(-32000, "invalid reward percentile: not ascending")
        if any(not 0 <= p <= 100 for p in percentiles):
            raise RPCError(-32000, "invalid reward percentile")
        last = self.block_number(newest, 1)
        if last > self.head.number:
            raise RPCError(-32000, f"request beyond head block: requested {last}, "
                                   f"head {self.head.number}")
        count = min(count, last + 1, 1024)
        if count == 0:
            return {"oldestBlock": "0x0", "gasUsedRatio": []}
        records = [self.at(number) for number in range(last + 1 - count, last + 1)]
        following = (
            self.at(last + 1).block["baseFeePerGas"] if last < self.head.number
            else hex(self.next_base_fee())
        )
        answer = {
            "oldestBlock": hex(records[0].number),
            "baseFeePerGas": [r.block["baseFeePerGas"] for r in records] + [following],
            "gasUsedRatio": [
                int(r.block["gasUsed"], 16) / int(r.block["gasLimit"], 16) for r in records
            ],
            "baseFeePerBlobGas": ["0x1"] * (count + 1),
            "blobGasUsedRatio": [0] * count,
        }
        if percentiles:
            answer["reward"] = [rewards(r, percentiles) for r in records]
        return answer

    def receipt(self, tx_hash):
        place = self.transactions.get(self.block_hash(tx_hash))
        return self.records[place[0]].receipts[place[1]] if place else None

    def transaction(self, tx_hash):
        place = self.transactions.get(self.block_hash(tx_hash))
        return self.records[place[0]].block["transactions"][place[1]] if place else None

    def methods(self):
        """Method name → (function of the parameters, number of required parameters)."""

        def by_number(number, full=False):
            if number == "pending":
                return self.pending(full)
            return self.get_block(self.resolve(self.block_number_text(number)), full)

        def receipts_of(block):
            record = self.resolve(block)
            return record.receipts if record else None

        def count(record):
            return hex(len(record.block["transactions"])) if record else None

        return {
            "eth_chainId": (lambda: hex(self.chain_id), 0),
            "net_version": (lambda: str(self.chain_id), 0),
            "net_listening": (lambda: True, 0),
            "eth_syncing": (lambda: False, 0),
            "eth_accounts": (lambda: [], 0),
            "eth_blockNumber": (lambda: hex(self.head.number), 0),
            "eth_getBlockByNumber": (by_number, 1),
            "eth_getBlockByHash": (
                lambda h, full=False: self.get_block(self.known(self.block_hash(h)), full), 1),
            "eth_getHeaderByNumber": (lambda n: header_of(self.resolve(n)), 1),
            "eth_getHeaderByHash": (lambda h: header_of(self.known(self.block_hash(h))), 1),
            "eth_getBlockTransactionCountByNumber": (lambda n: count(self.resolve(n)), 1),
            "eth_getBlockTransactionCountByHash": (
                lambda h: count(self.known(self.block_hash(h))), 1),
            "eth_getLogs": (self.get_logs, 1),
            "eth_getBlockReceipts": (receipts_of, 1),
            "eth_getTransactionReceipt": (self.receipt, 1),
            "eth_getTransactionByHash": (self.transaction, 1),
            "eth_feeHistory": (
                lambda n, newest, percentiles=None: self.fee_history(n, newest, percentiles), 2),
            "eth_gasPrice": (lambda: hex(self.next_base_fee() + GWEI), 0),
            "eth_maxPriorityFeePerGas": (lambda: hex(GWEI), 0),
            "eth_blobBaseFee": (lambda: "0x1", 0),
        }

    def block_number_text(self, value):
        """Refuses what eth_getBlockByNumber refuses: hashes and objects."""
        self.block_number(value)
        return value


EMPTY_ROOT = "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421"


def matches(log, addresses, topics):
    if addresses is not None and log["address"] not in addresses:
        return False
    if len(topics) > len(log["topics"]):
        return False
    return all(want is None or topic in want for want, topic in zip(topics, log["topics"]))


def header_of(record):
    if record is None:
        return None
    return {k: v for k, v in record.block.items()
            if k not in ("transactions", "uncles", "withdrawals", "size")}


def rewards(record, percentiles):
    """Tips at percentiles of the block's gas, as geth's oracle takes them."""
    base = int(record.block["baseFeePerGas"], 16)
    tips = sorted(
        (int(r["effectiveGasPrice"], 16) - base, int(r["gasUsed"], 16)) for r in record.receipts
    )
    if not tips:
        return ["0x0"] * len(percentiles)
    used = sum(gas for _, gas in tips)
    answer, index, total = [], 0, tips[0][1]
    for percentile in percentiles:
        threshold = int(used * percentile / 100)
        while total < threshold and index < len(tips) - 1:
            index += 1
            total += tips[index][1]
        answer.append(hex(tips[index][0]))
    return answer
