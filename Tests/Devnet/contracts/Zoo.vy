# Weir
# SPDX-License-Identifier: Apache-2.0
# pragma version ~=0.4.3

# Events that are awkward for a decoder. What Vyper cannot declare (indexed arrays and structs,
# overloads, two layouts of one topic0, `function` values) is emitted by `raw_log`; the fragments
# of these stand in Zoo.extra.json and are appended to the compiled ABI.

struct Point:
    x: int128
    y: int128

struct Inner:
    flag: bool
    digest: bytes32
    note: String[40]

struct Animal:
    id: uint256
    owner: address
    inner: Inner
    tags: DynArray[uint16, 4]
    parts: DynArray[Inner, 2]

event Nothing: pass

event IndexedStatic:
    amount: indexed(int256)
    flag: indexed(bool)
    selector: indexed(bytes4)

event IndexedMore:
    small: indexed(int8)
    who: indexed(address)
    key: indexed(bytes32)
    rest: uint40

event IndexedDynamic:
    label: indexed(String[200])
    payload: indexed(Bytes[200])
    labelAgain: String[200]

event Arrays:
    numbers: DynArray[uint256, 8]
    fixed: int128[3]
    keys: DynArray[bytes32, 5]
    flags: bool[2]
    nested: DynArray[DynArray[address, 3], 3]

event Texts:
    texts: DynArray[String[80], 4]
    blobs: DynArray[Bytes[80], 4]

event Text:
    value: String[200]

event Structs:
    origin: Point
    animal: Animal
    herd: DynArray[Animal, 2]

event Many:
    a: uint8
    b: int8
    c: bool
    d: address
    e: bytes4
    f: bytes32
    g: int128
    h: uint128
    i: int256
    j: uint256
    k: String[40]
    l: Bytes[40]
    m: bool[3]
    n: bytes32[2]
    o: int24
    p: uint40

event Big:
    number: indexed(uint256)
    data: Bytes[6144]

# The topic0 of an ERC-20 transfer, in the layout of ERC-721: three indexed arguments.
event Transfer:
    sender: indexed(address)
    receiver: indexed(address)
    tokenId: indexed(uint256)


@external
def nothing():
    log Nothing()


@external
def indexedStatic(amount: int256, flag: bool, selector: bytes4):
    log IndexedStatic(amount=amount, flag=flag, selector=selector)


@external
def indexedMore(small: int8, who: address, key: bytes32, rest: uint40):
    log IndexedMore(small=small, who=who, key=key, rest=rest)


@external
def indexedDynamic(label: String[200], payload: Bytes[200]):
    log IndexedDynamic(label=label, payload=payload, labelAgain=label)


@external
def arrays(
    numbers: DynArray[uint256, 8],
    fixed_: int128[3],
    keys: DynArray[bytes32, 5],
    flags: bool[2],
    nested: DynArray[DynArray[address, 3], 3],
):
    log Arrays(numbers=numbers, fixed=fixed_, keys=keys, flags=flags, nested=nested)


@external
def texts(words: DynArray[String[80], 4], blobs: DynArray[Bytes[80], 4]):
    log Texts(texts=words, blobs=blobs)


@external
def text(words: String[200]):
    log Text(value=words)


@external
def structs(origin: Point, animal: Animal, herd: DynArray[Animal, 2]):
    log Structs(origin=origin, animal=animal, herd=herd)


@external
def many(
    b: int8, e: bytes4, g: int128, h: uint128, k: String[40], l: Bytes[40], o: int24, p: uint40
):
    digest: bytes32 = keccak256(l)
    log Many(
        a=255,
        b=b,
        c=True,
        d=msg.sender,
        e=e,
        f=digest,
        g=g,
        h=h,
        i=min_value(int256),
        j=max_value(uint256),
        k=k,
        l=l,
        m=[True, False, True],
        n=[empty(bytes32), digest],
        o=o,
        p=p,
    )


@external
def big(number: uint256, data: Bytes[6144]):
    log Big(number=number, data=data)


@external
def mintNFT(receiver: address, tokenId: uint256):
    log Transfer(sender=empty(address), receiver=receiver, tokenId=tokenId)


# `count` Nothing events in one transaction: many logs that differ by index alone.
@external
def burst(count: uint256):
    for i: uint256 in range(count, bound=200):
        log Nothing()


# A log and then a revert: nothing may remain of it.
@external
def emitAndRevert():
    log Nothing()
    raise "nothing remains"


@external
def raw1(a: bytes32, data: Bytes[1024]):
    raw_log([a], data)


@external
def raw2(a: bytes32, b: bytes32, data: Bytes[1024]):
    raw_log([a, b], data)


@external
def raw3(a: bytes32, b: bytes32, c: bytes32, data: Bytes[1024]):
    raw_log([a, b, c], data)
