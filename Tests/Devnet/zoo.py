# Weir
# SPDX-License-Identifier: Apache-2.0
"""Calls that make the contracts Zoo and Note emit events that are awkward to decode."""

from eth_abi import encode
from eth_utils import keccak

from evm import Call, calldata

ARTICLES = (
    "zebra", "Zürich", "斑馬", "🦓🦓", "a" * 31, "b" * 32, "c" * 33, "", "line\nbreak\t\"q\"",
)
NOT_UTF8 = (b"\xff\xfe", b"ok\xc3", b"\xed\xa0\x80", b"\xc0\x80end")
INNER = "(bool,bytes32,string)"
ANIMAL = f"(uint256,address,{INNER},uint16[],{INNER}[])"


class Zoo:
    """Draws the values of one call; extremes are as likely as all others together."""

    def __init__(self, cast, rng):
        self.cast = cast
        self.rng = rng
        self.party = rng.choice(cast.clients)

    def animal(self, turn):
        """The call of that turn: in turn, so that a few dozen blocks show all of them."""
        menu = (
            self.nothing, self.indexed_static, self.indexed_more, self.indexed_dynamic,
            self.arrays, self.texts, self.text, self.structs, self.many, self.big, self.mint_nft,
            self.burst, self.transfer_of_erc20, self.indexed_array, self.text_overload,
            self.not_utf8, self.unknown_event, self.data_too_short, self.topics_missing,
            self.anonymous, self.no_topics,
        )
        return menu[turn % len(menu)]()

    def zoo(self, signature, *values, gas=600_000):
        return Call(
            self.party, self.cast.addresses["Zoo"], calldata(signature, *values), gas=gas,
            kind=self.rng.choice((0, 1, 2)))

    # Values

    def address(self):
        return self.rng.choice(self.cast.everyone).address

    def words(self):
        return self.rng.choice(ARTICLES)

    def blob(self, length):
        return self.rng.randbytes(length)

    def flag(self):
        return self.rng.random() < 0.5

    def unsigned(self, bits):
        return self.rng.choice((0, 2**bits - 1, self.rng.randrange(2**bits)))

    def signed(self, bits):
        low = -(2 ** (bits - 1))
        return self.rng.choice((low, -low - 1, -1, 0, self.rng.randrange(low, 0)))

    def some(self, make, most):
        return [make() for _ in range(self.rng.randrange(most + 1))]

    def inner(self):
        return (self.flag(), self.blob(32), self.words())

    def creature(self):
        return (
            self.unsigned(256), self.address(), self.inner(),
            self.some(lambda: self.unsigned(16), 4), self.some(self.inner, 2),
        )

    # Declared events

    def nothing(self):
        return self.zoo("nothing()")

    def indexed_static(self):
        return self.zoo(
            "indexedStatic(int256,bool,bytes4)", self.signed(256), self.flag(), self.blob(4))

    def indexed_more(self):
        return self.zoo(
            "indexedMore(int8,address,bytes32,uint40)", self.signed(8), self.address(),
            self.blob(32), self.unsigned(40))

    def indexed_dynamic(self):
        return self.zoo(
            "indexedDynamic(string,bytes)", self.words() * self.rng.randrange(4),
            self.blob(self.rng.randrange(200)))

    def arrays(self):
        return self.zoo(
            "arrays(uint256[],int128[3],bytes32[],bool[2],address[][])",
            self.some(lambda: self.unsigned(256), 8), [self.signed(128) for _ in range(3)],
            self.some(lambda: self.blob(32), 5), [True, self.flag()],
            self.some(lambda: self.some(self.address, 3), 3))

    def texts(self):
        lengths = (0, 1, 31, 32, 33, 80)
        return self.zoo(
            "texts(string[],bytes[])", self.some(self.words, 4),
            self.some(lambda: self.blob(self.rng.choice(lengths)), 4))

    def text(self):
        return self.zoo("text(string)", self.words())

    def structs(self):
        return self.zoo(
            f"structs((int128,int128),{ANIMAL},{ANIMAL}[])",
            (self.signed(128), self.signed(128)), self.creature(), self.some(self.creature, 2),
            gas=1_000_000)

    def many(self):
        return self.zoo(
            "many(int8,bytes4,int128,uint128,string,bytes,int24,uint40)", self.signed(8),
            self.blob(4), self.signed(128), self.unsigned(128), self.words(),
            self.blob(self.rng.randrange(41)), self.signed(24), self.unsigned(40))

    def big(self):
        return self.zoo(
            "big(uint256,bytes)", self.rng.randrange(2**64),
            self.blob(self.rng.randrange(4000, 6145)), gas=1_200_000)

    def mint_nft(self):
        return self.zoo("mintNFT(address,uint256)", self.address(), self.unsigned(256))

    def burst(self):
        return self.zoo("burst(uint256)", self.rng.randrange(2, 40))

    # Events that Zoo.extra.json and Note.extra.json declare

    def transfer_of_erc20(self):
        """`Transfer` in the layout of ERC-20, from a contract that has that of ERC-721 too."""
        return self.zoo(
            "raw3(bytes32,bytes32,bytes32,bytes)", topic("Transfer(address,address,uint256)"),
            word_of(self.address()), word_of(self.address()),
            encode(["uint256"], [self.unsigned(256)]))

    def indexed_array(self):
        """Hashes of an array and of a struct, elements padded in place, as Solidity has them."""
        numbers = self.some(lambda: self.unsigned(256), 3)
        packed = b"".join(n.to_bytes(32, "big") for n in numbers)
        pair = encode(["uint256", "address"], [self.unsigned(256), self.address()])
        return self.zoo(
            "raw3(bytes32,bytes32,bytes32,bytes)",
            topic("IndexedArray(uint256[],(uint256,address),uint256)"), keccak(packed),
            keccak(pair), encode(["uint256"], [len(numbers)]))

    def text_overload(self):
        return self.zoo(
            "raw1(bytes32,bytes)", topic("Text(bytes)"),
            encode(["bytes"], [self.blob(self.rng.randrange(70))]))

    def anonymous(self):
        data = self.blob(self.rng.choice((0, 4, 32, 100)))
        return Call(
            self.party, self.cast.addresses["Note"],
            calldata("note(bytes32,bytes32,bytes)", self.blob(32), self.blob(32), data))

    # What no decoder can read, or only as bytes

    def not_utf8(self):
        argument = encode(["bytes"], [self.rng.choice(NOT_UTF8)])
        return Call(self.party, self.cast.addresses["Zoo"], topic("text(string)")[:4] + argument)

    def unknown_event(self):
        return self.zoo(
            "raw2(bytes32,bytes32,bytes)", topic("Unheard(uint256)"), self.blob(32), b"")

    def data_too_short(self):
        return self.zoo("raw1(bytes32,bytes)", topic("Text(string)"), self.blob(17))

    def topics_missing(self):
        return self.zoo("raw1(bytes32,bytes)", topic("IndexedStatic(int256,bool,bytes4)"), b"")

    def no_topics(self):
        return Call(
            self.party, self.cast.addresses["Note"], calldata("silent(bytes)", self.blob(9)))


def topic(signature):
    return keccak(text=signature)


def word_of(address):
    return bytes(12) + bytes.fromhex(address[2:])
