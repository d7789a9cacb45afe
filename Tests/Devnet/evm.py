# Weir
# SPDX-License-Identifier: Apache-2.0
"""A chain made by py-evm, with the rules of Prague, in JSON-RPC shape.

Nothing in it is random: keys, timestamps, the fee recipient and prevrandao follow from a seed and
from what is built. Hashes, roots and blooms are those that py-evm computed.
"""

from eth import constants
from eth.chains.base import MiningChain
from eth.db.atomic import AtomicDB
from eth.vm.forks.prague import PragueVM
from eth_abi import encode
from eth_account import Account
from eth_keys import keys
from eth_utils import keccak, to_canonical_address, to_checksum_address
import rlp

from ledger import Record

CHAIN_ID = 31415
GENESIS_TIME = 1_700_000_000
BLOCK_SECONDS = 12
GAS_LIMIT = 8_000_000
FUNDS = 10_000 * 10**18


class DevnetChain(MiningChain):
    chain_id = CHAIN_ID
    vm_configuration = ((constants.GENESIS_BLOCK_NUMBER, PragueVM),)


class Party:
    """An account with its key, which follows from its name."""

    def __init__(self, seed, name):
        self.name = name
        self.key = keys.PrivateKey(keccak(text=f"weir devnet {seed} {name}"))
        self.raw = self.key.public_key.to_canonical_address()
        self.address = self.key.public_key.to_checksum_address()
        self.account = Account.from_key(self.key.to_bytes())

    def creates(self, nonce):
        """The address of the contract that this account creates with that nonce."""
        return to_checksum_address(keccak(rlp.encode([self.raw, nonce]))[12:])


class Call:
    """One transaction to be signed and put into a block.

    `expect` is the receipt status that it must have. `effect` tells the scenario what it changes.
    """

    def __init__(self, party, to, data=b"", value=0, gas=600_000, kind=2, expect=1, effect=None):
        self.party = party
        self.to = to
        self.data = data
        self.value = value
        self.gas = gas
        self.kind = kind
        self.expect = expect
        self.effect = effect


def calldata(signature, *values):
    """Calldata of a call, the types read from the signature."""
    return keccak(text=signature)[:4] + arguments(signature, *values)


def arguments(signature, *values):
    inner = signature[signature.index("(") + 1 : -1]
    return encode(split_types(inner), values)


def split_types(text):
    """Splits at the commas that no parenthesis holds."""
    types, depth, start = [], 0, 0
    for index, letter in enumerate(text + ","):
        if letter == "," and depth == 0:
            if index > start:
                types.append(text[start:index])
            start = index + 1
        depth += (letter == "(") - (letter == ")")
    return types


class EVM:
    """Builds blocks on any known block, and reads state at any of them."""

    def __init__(self, parties):
        state = {
            p.raw: {"balance": FUNDS, "nonce": 0, "code": b"", "storage": {}} for p in parties
        }
        params = {
            "difficulty": 0, "gas_limit": GAS_LIMIT, "timestamp": GENESIS_TIME,
            "extra_data": b"weir devnet",
            "base_fee_per_gas": 10**9,
        }
        self.chain = DevnetChain.from_genesis(AtomicDB(), params, state)
        genesis = self.chain.get_canonical_block_by_number(0)
        self.blocks = {genesis.hash: genesis}
        self.genesis = record_of(genesis, (), [])

    def build(self, parent_hash, calls, entropy):
        """A block with `calls` on top of `parent_hash`; `entropy` makes it differ from others."""
        parent = self.blocks[bytes.fromhex(parent_hash[2:])].header
        header = self.chain.create_header_from_parent(
            parent, gas_limit=GAS_LIMIT, timestamp=parent.timestamp + BLOCK_SECONDS,
            coinbase=keccak(text="weir devnet proposer")[12:], extra_data=b"weir devnet",
            mix_hash=keccak(entropy), parent_beacon_block_root=keccak(b"beacon" + entropy),
        )
        vm = self.chain.get_vm(header)
        nonces, signed = {}, []
        for call in calls:
            nonce = nonces.get(call.party.raw)
            if nonce is None:
                nonce = vm.state.get_nonce(call.party.raw)
            nonces[call.party.raw] = nonce + 1
            raw = sign(call, nonce, header.base_fee_per_gas)
            signed.append(vm.get_transaction_builder().decode(raw))
        filled, receipts, _ = vm.apply_all_transactions(signed, vm.get_header())
        block = vm.set_block_transactions_and_withdrawals(
            vm.get_block(), filled, signed, receipts)
        block = vm.mine_block(block).block
        self.chain.persist_block(block, perform_validation=False)
        self.blocks[block.hash] = block
        for call, receipt in zip(calls, receipts):
            status = int.from_bytes(receipt.state_root, "big")
            if status != call.expect:
                raise AssertionError(
                    f"block {block.number}: {call.party.name} {call.effect}: status {status}, "
                    f"wanted {call.expect}")
        return record_of(block, receipts, [call.party for call in calls])

    def stored_receipts(self, block_hash):
        """The receipts as the database holds them under the block's receipts root."""
        block = self.blocks[bytes.fromhex(block_hash[2:])]
        return block.get_receipts(self.chain.chaindb)

    def vm_at(self, block_hash):
        return self.chain.get_vm(self.blocks[bytes.fromhex(block_hash[2:])].header)

    def call(self, block_hash, to, data, sender=None, value=0, gas=30_000_000, vm=None):
        """The computation of a message call in the state after that block; nothing is kept.

        Views may share the `vm_at` of the block, which then reads each slot once.
        """
        vm = vm or self.vm_at(block_hash)
        to = to_canonical_address(to)
        sender = to_canonical_address(sender) if sender else b"\x00" * 20
        return vm.execute_bytecode(
            origin=sender, gas_price=0, gas=gas, to=to, sender=sender, value=value, data=data,
            code=vm.state.get_code(to))


def sign(call, nonce, base_fee):
    """Types 0, 1 and 2, each with a tip that depends on the nonce so that fees differ."""
    tip = (1 + nonce % 3) * 10**9
    fields = {
        "nonce": nonce, "gas": call.gas, "value": call.value, "data": call.data,
        "chainId": CHAIN_ID,
    }
    if call.to is not None:
        fields["to"] = to_checksum_address(call.to)
    if call.kind == 2:
        fields |= {
            "type": 2, "maxPriorityFeePerGas": tip, "maxFeePerGas": 2 * base_fee + tip,
        }
    else:
        fields["gasPrice"] = base_fee + tip
        if call.kind == 1:
            fields |= {"type": 1, "accessList": [
                {"address": to_checksum_address(call.to), "storageKeys": ["0x" + "00" * 32]}]}
    return bytes(call.party.account.sign_transaction(fields).raw_transaction)


# JSON-RPC shapes

def data(value):
    return "0x" + value.hex()


def word(value):
    return f"0x{value:064x}"


def record_of(block, receipts, senders):
    header = block.header
    transactions = [
        transaction_of(header, tx, index, sender)
        for index, (tx, sender) in enumerate(zip(block.transactions, senders))
    ]
    body = {
        "number": hex(header.block_number),
        "hash": data(header.hash),
        "parentHash": data(header.parent_hash),
        "nonce": data(header.nonce),
        "mixHash": data(header.mix_hash),
        "sha3Uncles": data(header.uncles_hash),
        "logsBloom": f"0x{header.bloom:0512x}",
        "stateRoot": data(header.state_root),
        "miner": data(header.coinbase),
        "difficulty": hex(header.difficulty),
        "extraData": data(header.extra_data),
        "gasLimit": hex(header.gas_limit),
        "gasUsed": hex(header.gas_used),
        "timestamp": hex(header.timestamp),
        "transactionsRoot": data(header.transaction_root),
        "receiptsRoot": data(header.receipt_root),
        "size": hex(len(rlp.encode(block))),
        "transactions": transactions,
        "uncles": [],
        "withdrawals": [],
        "withdrawalsRoot": data(header.withdrawals_root),
        "baseFeePerGas": hex(header.base_fee_per_gas),
        "blobGasUsed": hex(header.blob_gas_used),
        "excessBlobGas": hex(header.excess_blob_gas),
        "parentBeaconBlockRoot": data(header.parent_beacon_block_root),
        "requestsHash": data(header.requests_hash),
    }
    return Record(body, receipts_of(header, transactions, receipts))


def transaction_of(header, tx, index, sender):
    base = header.base_fee_per_gas
    kind = getattr(tx, "type_id", None) or 0
    body = {
        "blockHash": data(header.hash),
        "blockNumber": hex(header.block_number),
        "from": data(sender.raw),
        "gas": hex(tx.gas),
        "hash": data(tx.hash),
        "input": data(tx.data),
        "nonce": hex(tx.nonce),
        "to": data(tx.to) if tx.to else None,
        "transactionIndex": hex(index),
        "value": hex(tx.value),
        "type": hex(kind),
        "chainId": hex(CHAIN_ID),
    }
    if kind == 2:
        tip = min(tx.max_priority_fee_per_gas, tx.max_fee_per_gas - base)
        body["gasPrice"] = hex(base + tip)
        body["maxFeePerGas"] = hex(tx.max_fee_per_gas)
        body["maxPriorityFeePerGas"] = hex(tx.max_priority_fee_per_gas)
    else:
        body["gasPrice"] = hex(tx.gas_price)
    if kind == 0:
        body["v"] = hex(tx.v)
    else:
        body["accessList"] = [
            {"address": data(address), "storageKeys": [word(slot) for slot in slots]}
            for address, slots in tx.access_list
        ]
        body["v"] = body["yParity"] = hex(tx.y_parity)
    body["r"], body["s"] = hex(tx.r), hex(tx.s)
    return body


def receipts_of(header, transactions, receipts):
    answer, before, log_index = [], 0, 0
    for tx, receipt in zip(transactions, receipts):
        place = {
            "transactionHash": tx["hash"], "transactionIndex": tx["transactionIndex"],
            "blockHash": tx["blockHash"], "blockNumber": tx["blockNumber"],
        }
        logs = []
        for log in receipt.logs:
            logs.append({
                "address": data(log.address), "topics": [word(topic) for topic in log.topics],
                "data": data(log.data), **place, "blockTimestamp": hex(header.timestamp),
                "logIndex": hex(log_index), "removed": False,
            })
            log_index += 1
        created = None
        if tx["to"] is None:
            sender = bytes.fromhex(tx["from"][2:])
            created = data(keccak(rlp.encode([sender, int(tx["nonce"], 16)]))[12:])
        answer.append({
            **place,
            "type": tx["type"],
            "status": hex(int.from_bytes(receipt.state_root, "big")),
            "from": tx["from"],
            "to": tx["to"],
            "contractAddress": created,
            "cumulativeGasUsed": hex(receipt.gas_used),
            "gasUsed": hex(receipt.gas_used - before),
            "effectiveGasPrice": tx["gasPrice"],
            "logs": logs,
            "logsBloom": f"0x{receipt.bloom:0512x}",
        })
        before = receipt.gas_used
    return answer
