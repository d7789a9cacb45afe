# Weir
# SPDX-License-Identifier: Apache-2.0
# pragma version ~=0.4.3

# The anonymous event of DSNote: all four topics are arguments. Note.extra.json declares it.


@external
def note(foo: bytes32, bar: bytes32, data: Bytes[256]):
    raw_log(
        [
            convert(slice(msg.data, 0, 4), bytes32),
            convert(msg.sender, bytes32),
            foo,
            bar,
        ],
        abi_encode(data),
    )


# No topic at all.
@external
def silent(data: Bytes[64]):
    raw_log([], data)
