# Weir
# SPDX-License-Identifier: Apache-2.0
"""What is true of the chain, found out with web3.py and apart from the JSON-RPC answers.

The logs come from the receipts in py-evm's database; web3.py decodes them, event by event. Values
are written as Weir writes them: integers as decimal strings, bytes as lower-case hex, addresses in
EIP-55, an indexed value of dynamic type as {"hash": …}, tuples and arrays as arrays, a string that
is not UTF-8 as {"hex": …}.
"""

from collections import Counter

from eth_abi import decode
from eth_abi.codec import ABICodec
from eth_abi.decoding import StringDecoder
from eth_abi.encoding import TextStringEncoder
from eth_abi.registry import BaseEquals
from eth_utils import keccak, to_checksum_address
from hexbytes import HexBytes
from web3 import Web3
from web3._utils.abi import build_strict_registry

from evm import arguments, data
from standing import CATEGORIES


class LossyStringDecoder(StringDecoder):
    """Keeps bytes that are not UTF-8 as lone surrogates, from which they can be had back."""

    def __init__(self):
        super().__init__(handle_string_errors="surrogateescape")


class Event:
    """One event of an ABI, with the web3 object that decodes it."""

    def __init__(self, w3, fragment):
        self.name = fragment["name"]
        self.inputs = fragment["inputs"]
        self.anonymous = fragment.get("anonymous", False)
        self.signature = f"{self.name}({','.join(type_of(i) for i in self.inputs)})"
        self.topic0 = None if self.anonymous else keccak(text=self.signature)
        self.topics = sum(i["indexed"] for i in self.inputs) + (not self.anonymous)
        # web3.py reads an indexed struct as a value, not as the hash that it is; it is shown such
        # an event as an anonymous one with a hash there, without topic0, which is checked here.
        self.as_anonymous = any(i["indexed"] and i["type"] == "tuple" for i in self.inputs)
        if self.as_anonymous:
            inputs = [
                dict(i, type="bytes32") if i["indexed"] and is_dynamic(i) else i
                for i in self.inputs
            ]
            fragment = dict(fragment, anonymous=True, inputs=inputs)
        self.decoder = w3.eth.contract(abi=[fragment]).events[self.name]()

    def fits(self, topics):
        if len(topics) != self.topics:
            return False
        return self.anonymous or topics[0] == self.topic0

    def decode(self, log):
        """The arguments in ABI order, or None where the log does not hold them."""
        if self.as_anonymous:
            log = dict(log, topics=log["topics"][1:])
        try:
            args = self.decoder.process_log(log)["args"]
        except Exception:
            # web3.py and eth-abi have no common error; whatever it is, this is not that event.
            return None
        return [
            {"name": i["name"], "type": type_of(i), "indexed": i["indexed"],
             "value": plain(args[i["name"]], i)}
            for i in self.inputs
        ]


class Truth:
    """Decodes blocks once and adds them up."""

    def __init__(self, evm, addresses, abis):
        w3 = Web3()
        registry = build_strict_registry()
        registry.unregister("string")
        registry.register(
            BaseEquals("string", with_sub=False), TextStringEncoder, LossyStringDecoder)
        w3.codec = ABICodec(registry)
        self.evm = evm
        self.addresses = addresses
        self.names = {bytes.fromhex(a[2:]): name for name, a in addresses.items()}
        self.events = {
            name: [Event(w3, f) for f in fragments if f["type"] == "event"]
            for name, fragments in abis.items()
        }
        self.cache = {}

    def block(self, record):
        """The decoded logs of one block, canonical or not."""
        if record.hash not in self.cache:
            self.cache[record.hash] = list(self.decode_block(record))
        return self.cache[record.hash]

    def decode_block(self, record):
        index = 0
        for position, receipt in enumerate(self.evm.stored_receipts(record.hash)):
            for log in receipt.logs:
                yield self.decode_log(record, position, index, log)
                index += 1

    def decode_log(self, record, position, index, log):
        topics = [topic.to_bytes(32, "big") for topic in log.topics]
        tx_hash = record.block["transactions"][position]["hash"]
        contract = self.names[log.address]
        entry = {
            "address": to_checksum_address(log.address), "data": HexBytes(log.data),
            "topics": [HexBytes(t) for t in topics], "blockNumber": record.number,
            "blockHash": HexBytes(record.hash), "transactionHash": HexBytes(tx_hash),
            "transactionIndex": position, "logIndex": index,
        }
        answer = {
            "blockNumber": record.number, "blockHash": record.hash, "transactionHash": tx_hash,
            "transactionIndex": position, "logIndex": index, "address": entry["address"],
            "contract": contract, "event": None, "signature": None, "args": None,
        }
        for event in self.events[contract]:
            args = event.decode(entry) if event.fits(topics) else None
            if args is not None:
                answer |= {"event": event.name, "signature": event.signature, "args": args}
                return answer
        return answer | {"topics": [data(t) for t in topics], "data": data(log.data)}

    def tally(self, records):
        """Counts by event and by signature, the undecoded ones by contract, and transactions."""
        events, signatures, undecoded = Counter(), Counter(), Counter()
        transactions = failed = 0
        for record in records:
            transactions += len(record.receipts)
            failed += sum(r["status"] == "0x0" for r in record.receipts)
            for log in self.block(record):
                if log["event"] is None:
                    undecoded[log["contract"]] += 1
                else:
                    events[f"{log['contract']}.{log['event']}"] += 1
                    signatures[f"{log['contract']}.{log['signature']}"] += 1
        return {
            "blocks": len(records), "logs": sum(events.values()) + sum(undecoded.values()),
            "transactions": transactions, "failedTransactions": failed,
            "counts": dict(sorted(events.items())),
            "countsBySignature": dict(sorted(signatures.items())),
            "undecoded": dict(sorted(undecoded.items())),
        }

    def state(self, head, holders, nodes):
        """The views of the contracts and the coins of the accounts at the head.

        None until the last contract is there.
        """
        vm = self.evm.vm_at(head)
        state = vm.state
        if not state.get_code(bytes.fromhex(self.addresses["Treasury"][2:])):
            return None

        def view(contract, signature, *values, returns="uint256"):
            computation = self.evm.call(
                head, self.addresses[contract],
                keccak(text=signature)[:4] + arguments(signature, *values), vm=vm)
            computation.raise_if_error()
            return str(decode([returns], computation.output)[0])

        views = {
            "Token": ("totalSupply",),
            "NodeRegistry": ("totalStaked", "totalSlashed", "activeNodes"),
            "JobMarket": ("escrowHeld", "feesPaid", "jobCount", "refunded"),
            "PaymentChannel": (
                "locked", "opened", "active", "deposited", "paid", "payments", "refunded"),
            "Governor": ("proposalCount", "votes"),
            "Reputation": ("updates", "ratings", "stars", "blacklisted", "ownerships"),
        }
        addresses = [to_checksum_address(getattr(h, "raw", h)) for h in holders]
        nodes = [node.address for node in nodes]

        def by_node(contract, method, returns="uint256"):
            return {
                a: view(contract, f"{method}(address)", a, returns=returns) for a in nodes}

        proposals = [
            int(view("Governor", "proposalAt(uint256)", n + 1))
            for n in range(int(view("Governor", "proposalCount()")))]
        return {
            "views": {
                f"{contract}.{name}()": view(contract, f"{name}()")
                for contract, names in views.items() for name in names
            },
            "tokenBalances": {
                a: view("Token", "balanceOf(address)", a) for a in addresses
            },
            "stakes": by_node("NodeRegistry", "stakeOf"),
            "slashed": by_node("NodeRegistry", "slashedOf"),
            "earned": by_node("JobMarket", "earned"),
            "scores": by_node("Reputation", "scoreOf", "int256"),
            "blacklisted": by_node("Reputation", "isBlacklisted", "bool"),
            "jobs": {
                name: view("JobMarket", "jobsIn(uint8)", number)
                for number, name in enumerate(("open", "claimed", "completed", "failed"), 1)
            },
            "proposals": dict(Counter(
                PROPOSAL_STATES[int(view("Governor", "state(uint256)", proposal))]
                for proposal in proposals)),
            "budgets": {
                name: view("Treasury", "budgetOf(bytes32)", keccak(text=name))
                for name in CATEGORIES
            },
            "reputationOwner": view("Reputation", "owner()", returns="address"),
            "weiBalances": {a: str(state.get_balance(bytes.fromhex(a[2:]))) for a in addresses},
        }


# By the numbers of OpenZeppelin's Governor.
PROPOSAL_STATES = (
    "pending", "active", "canceled", "defeated", "succeeded", "queued", "expired", "executed",
)


def costs(records, names):
    """What transactions cost, in wei: to each contract, and by sender; both in decimal text."""
    to, sender = {}, {}
    for record in records:
        base = int(record.block["baseFeePerGas"], 16)
        for receipt in record.receipts:
            gas, price = (int(receipt[k], 16) for k in ("gasUsed", "effectiveGasPrice"))
            # A creation is the first transaction of what it creates.
            target = receipt["to"] or receipt["contractAddress"]
            to_contract = names.get(bytes.fromhex(target[2:]))
            for table, key in (
                    (to, to_contract), (sender, to_checksum_address(receipt["from"]))):
                if key:
                    cost = table.setdefault(key, Counter())
                    cost["transactions"] += 1
                    cost["failed"] += receipt["status"] == "0x0"
                    cost["gasUsed"] += gas
                    cost["baseFee"] += gas * base
                    cost["tip"] += gas * (price - base)
    text = lambda table: {
        key: {k: str(v) for k, v in cost.items()} for key, cost in table.items()}
    return {"to": text(to), "from": text(sender)}


def type_of(parameter):
    """The canonical type: tuples written out."""
    if not parameter["type"].startswith("tuple"):
        return parameter["type"]
    inner = ",".join(type_of(c) for c in parameter["components"])
    return f"({inner}){parameter['type'][len('tuple'):]}"


def is_dynamic(parameter):
    kind = parameter["type"]
    return kind in ("string", "bytes") or kind.endswith("]") or kind.startswith("tuple")


def plain(value, parameter):
    """A decoded value in Weir's JSON."""
    kind = parameter["type"]
    if parameter.get("indexed") and is_dynamic(parameter):
        return {"hash": data(bytes(value))}
    if kind.endswith("]"):
        inner = dict(parameter, type=kind[: kind.rindex("[")], indexed=False)
        return [plain(item, inner) for item in value]
    if kind == "tuple":
        items = value.values() if hasattr(value, "values") else value
        return [plain(item, c) for item, c in zip(items, parameter["components"])]
    if kind == "bool":
        return bool(value)
    if kind == "address":
        return to_checksum_address(value)
    if kind == "string":
        raw = value.encode("utf-8", "surrogateescape")
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            return {"hex": data(raw)}
    if kind.startswith("bytes"):
        return data(bytes(value))
    return str(value)
