# Weir
# SPDX-License-Identifier: Apache-2.0
"""Keccak-256 as Ethereum uses it (padding 0x01), for scripts without packages."""

MASK = (1 << 64) - 1
RATE = 136


def round_constants():
    """The iota constants, from the LFSR x^8 + x^6 + x^5 + x^4 + 1 (FIPS 202, 3.2.5)."""
    constants, state = [], 1
    for _ in range(24):
        constant = 0
        for power in range(7):
            if state & 1:
                constant |= 1 << ((1 << power) - 1)
            state = (state << 1) ^ (0x171 if state & 0x80 else 0)
        constants.append(constant)
    return constants


ROUNDS = round_constants()


def rotate(lane, count):
    count %= 64
    return ((lane << count) | (lane >> (64 - count))) & MASK


def permute(lanes):
    """Keccak-f[1600] on lanes[x][y]."""
    for constant in ROUNDS:
        columns = [lanes[x][0] ^ lanes[x][1] ^ lanes[x][2] ^ lanes[x][3] ^ lanes[x][4]
                   for x in range(5)]
        mixed = [columns[(x + 4) % 5] ^ rotate(columns[(x + 1) % 5], 1) for x in range(5)]
        lanes = [[lane ^ mixed[x] for lane in lanes[x]] for x in range(5)]
        x, y, current = 1, 0, lanes[1][0]
        for step in range(24):
            x, y = y, (2 * x + 3 * y) % 5
            current, lanes[x][y] = lanes[x][y], rotate(current, (step + 1) * (step + 2) // 2)
        lanes = [
            [lanes[x][y] ^ (~lanes[(x + 1) % 5][y] & MASK & lanes[(x + 2) % 5][y])
             for y in range(5)]
            for x in range(5)
        ]
        lanes[0][0] ^= constant
    return lanes


def keccak256(message):
    padded = bytearray(message) + b"\x01" + bytes(-(len(message) + 1) % RATE)
    padded[-1] |= 0x80
    lanes = [[0] * 5 for _ in range(5)]
    for start in range(0, len(padded), RATE):
        for index in range(RATE // 8):
            place = start + 8 * index
            lanes[index % 5][index // 5] ^= int.from_bytes(padded[place : place + 8], "little")
        lanes = permute(lanes)
    return b"".join(lanes[i % 5][i // 5].to_bytes(8, "little") for i in range(4))
