// Weir
// SPDX-License-Identifier: Apache-2.0

// The permutation Keccak-f[1600] (FIPS 202, section 3.3), 24 rounds on 25 lanes, written out two
// rounds an iteration so that the lanes stay in registers: round one reads lanes a and writes
// lanes e, round two the other way. Lane (x, y) has index x + 5·y.
//
// Lanes 1, 2, 8, 12, 17 and 20 are kept complemented meanwhile ("lane complementing" of the Keccak
// implementation overview, section 2.2): that leaves 6 of the 25 complements of a round, and most
// processors have no instruction for the pair of complement and conjunction.

extension Keccak256 {
    /// Permutes the state in place, with all rounds or, as Keccak-p[1600, 12], with the last twelve.
    ///
    /// - Parameter first: 0 or 12.
    @inline(__always)
    static func permute(_ state: inout InlineArray<25, UInt64>, from first: Int = 0) {
        var a0 = state[0]
        var a1 = ~state[1]
        var a2 = ~state[2]
        var a3 = state[3]
        var a4 = state[4]
        var a5 = state[5]
        var a6 = state[6]
        var a7 = state[7]
        var a8 = ~state[8]
        var a9 = state[9]
        var a10 = state[10]
        var a11 = state[11]
        var a12 = ~state[12]
        var a13 = state[13]
        var a14 = state[14]
        var a15 = state[15]
        var a16 = state[16]
        var a17 = ~state[17]
        var a18 = state[18]
        var a19 = state[19]
        var a20 = ~state[20]
        var a21 = state[21]
        var a22 = state[22]
        var a23 = state[23]
        var a24 = state[24]
        var e0: UInt64 = 0
        var e1: UInt64 = 0
        var e2: UInt64 = 0
        var e3: UInt64 = 0
        var e4: UInt64 = 0
        var e5: UInt64 = 0
        var e6: UInt64 = 0
        var e7: UInt64 = 0
        var e8: UInt64 = 0
        var e9: UInt64 = 0
        var e10: UInt64 = 0
        var e11: UInt64 = 0
        var e12: UInt64 = 0
        var e13: UInt64 = 0
        var e14: UInt64 = 0
        var e15: UInt64 = 0
        var e16: UInt64 = 0
        var e17: UInt64 = 0
        var e18: UInt64 = 0
        var e19: UInt64 = 0
        var e20: UInt64 = 0
        var e21: UInt64 = 0
        var e22: UInt64 = 0
        var e23: UInt64 = 0
        var e24: UInt64 = 0
        var round = first
        while round < 24 {
            do {
                let c0 = a0 ^ a5 ^ a10 ^ a15 ^ a20
                let c1 = a1 ^ a6 ^ a11 ^ a16 ^ a21
                let c2 = a2 ^ a7 ^ a12 ^ a17 ^ a22
                let c3 = a3 ^ a8 ^ a13 ^ a18 ^ a23
                let c4 = a4 ^ a9 ^ a14 ^ a19 ^ a24
                let d0 = c4 ^ (c1 &<< 1 | c1 &>> 63)
                let d1 = c0 ^ (c2 &<< 1 | c2 &>> 63)
                let d2 = c1 ^ (c3 &<< 1 | c3 &>> 63)
                let d3 = c2 ^ (c4 &<< 1 | c4 &>> 63)
                let d4 = c3 ^ (c0 &<< 1 | c0 &>> 63)
                do {
                    let b0 = a0 ^ d0
                    let t1 = a6 ^ d1
                    let b1 = t1 &<< 44 | t1 &>> 20
                    let t2 = a12 ^ d2
                    let b2 = t2 &<< 43 | t2 &>> 21
                    let t3 = a18 ^ d3
                    let b3 = t3 &<< 21 | t3 &>> 43
                    let t4 = a24 ^ d4
                    let b4 = t4 &<< 14 | t4 &>> 50
                    e0 = b0 ^ (b1 | b2) ^ roundConstants[round]
                    e1 = b1 ^ (~b2 | b3)
                    e2 = b2 ^ (b3 & b4)
                    e3 = b3 ^ (b4 | b0)
                    e4 = b4 ^ (b0 & b1)
                }
                do {
                    let t0 = a3 ^ d3
                    let b0 = t0 &<< 28 | t0 &>> 36
                    let t1 = a9 ^ d4
                    let b1 = t1 &<< 20 | t1 &>> 44
                    let t2 = a10 ^ d0
                    let b2 = t2 &<< 3 | t2 &>> 61
                    let t3 = a16 ^ d1
                    let b3 = t3 &<< 45 | t3 &>> 19
                    let t4 = a22 ^ d2
                    let b4 = t4 &<< 61 | t4 &>> 3
                    e5 = b0 ^ (b1 | b2)
                    e6 = b1 ^ (b2 & b3)
                    e7 = b2 ^ (b3 | ~b4)
                    e8 = b3 ^ (b4 | b0)
                    e9 = b4 ^ (b0 & b1)
                }
                do {
                    let t0 = a1 ^ d1
                    let b0 = t0 &<< 1 | t0 &>> 63
                    let t1 = a7 ^ d2
                    let b1 = t1 &<< 6 | t1 &>> 58
                    let t2 = a13 ^ d3
                    let b2 = t2 &<< 25 | t2 &>> 39
                    let t3 = a19 ^ d4
                    let b3 = t3 &<< 8 | t3 &>> 56
                    let t4 = a20 ^ d0
                    let b4 = t4 &<< 18 | t4 &>> 46
                    let n3 = ~b3
                    e10 = b0 ^ (b1 | b2)
                    e11 = b1 ^ (b2 & b3)
                    e12 = b2 ^ (n3 & b4)
                    e13 = n3 ^ (b4 | b0)
                    e14 = b4 ^ (b0 & b1)
                }
                do {
                    let t0 = a4 ^ d4
                    let b0 = t0 &<< 27 | t0 &>> 37
                    let t1 = a5 ^ d0
                    let b1 = t1 &<< 36 | t1 &>> 28
                    let t2 = a11 ^ d1
                    let b2 = t2 &<< 10 | t2 &>> 54
                    let t3 = a17 ^ d2
                    let b3 = t3 &<< 15 | t3 &>> 49
                    let t4 = a23 ^ d3
                    let b4 = t4 &<< 56 | t4 &>> 8
                    let n3 = ~b3
                    e15 = b0 ^ (b1 & b2)
                    e16 = b1 ^ (b2 | b3)
                    e17 = b2 ^ (n3 | b4)
                    e18 = n3 ^ (b4 & b0)
                    e19 = b4 ^ (b0 | b1)
                }
                do {
                    let t0 = a2 ^ d2
                    let b0 = t0 &<< 62 | t0 &>> 2
                    let t1 = a8 ^ d3
                    let b1 = t1 &<< 55 | t1 &>> 9
                    let t2 = a14 ^ d4
                    let b2 = t2 &<< 39 | t2 &>> 25
                    let t3 = a15 ^ d0
                    let b3 = t3 &<< 41 | t3 &>> 23
                    let t4 = a21 ^ d1
                    let b4 = t4 &<< 2 | t4 &>> 62
                    let n1 = ~b1
                    e20 = b0 ^ (n1 & b2)
                    e21 = n1 ^ (b2 | b3)
                    e22 = b2 ^ (b3 & b4)
                    e23 = b3 ^ (b4 | b0)
                    e24 = b4 ^ (b0 & b1)
                }
            }
            do {
                let c0 = e0 ^ e5 ^ e10 ^ e15 ^ e20
                let c1 = e1 ^ e6 ^ e11 ^ e16 ^ e21
                let c2 = e2 ^ e7 ^ e12 ^ e17 ^ e22
                let c3 = e3 ^ e8 ^ e13 ^ e18 ^ e23
                let c4 = e4 ^ e9 ^ e14 ^ e19 ^ e24
                let d0 = c4 ^ (c1 &<< 1 | c1 &>> 63)
                let d1 = c0 ^ (c2 &<< 1 | c2 &>> 63)
                let d2 = c1 ^ (c3 &<< 1 | c3 &>> 63)
                let d3 = c2 ^ (c4 &<< 1 | c4 &>> 63)
                let d4 = c3 ^ (c0 &<< 1 | c0 &>> 63)
                do {
                    let b0 = e0 ^ d0
                    let t1 = e6 ^ d1
                    let b1 = t1 &<< 44 | t1 &>> 20
                    let t2 = e12 ^ d2
                    let b2 = t2 &<< 43 | t2 &>> 21
                    let t3 = e18 ^ d3
                    let b3 = t3 &<< 21 | t3 &>> 43
                    let t4 = e24 ^ d4
                    let b4 = t4 &<< 14 | t4 &>> 50
                    a0 = b0 ^ (b1 | b2) ^ roundConstants[round &+ 1]
                    a1 = b1 ^ (~b2 | b3)
                    a2 = b2 ^ (b3 & b4)
                    a3 = b3 ^ (b4 | b0)
                    a4 = b4 ^ (b0 & b1)
                }
                do {
                    let t0 = e3 ^ d3
                    let b0 = t0 &<< 28 | t0 &>> 36
                    let t1 = e9 ^ d4
                    let b1 = t1 &<< 20 | t1 &>> 44
                    let t2 = e10 ^ d0
                    let b2 = t2 &<< 3 | t2 &>> 61
                    let t3 = e16 ^ d1
                    let b3 = t3 &<< 45 | t3 &>> 19
                    let t4 = e22 ^ d2
                    let b4 = t4 &<< 61 | t4 &>> 3
                    a5 = b0 ^ (b1 | b2)
                    a6 = b1 ^ (b2 & b3)
                    a7 = b2 ^ (b3 | ~b4)
                    a8 = b3 ^ (b4 | b0)
                    a9 = b4 ^ (b0 & b1)
                }
                do {
                    let t0 = e1 ^ d1
                    let b0 = t0 &<< 1 | t0 &>> 63
                    let t1 = e7 ^ d2
                    let b1 = t1 &<< 6 | t1 &>> 58
                    let t2 = e13 ^ d3
                    let b2 = t2 &<< 25 | t2 &>> 39
                    let t3 = e19 ^ d4
                    let b3 = t3 &<< 8 | t3 &>> 56
                    let t4 = e20 ^ d0
                    let b4 = t4 &<< 18 | t4 &>> 46
                    let n3 = ~b3
                    a10 = b0 ^ (b1 | b2)
                    a11 = b1 ^ (b2 & b3)
                    a12 = b2 ^ (n3 & b4)
                    a13 = n3 ^ (b4 | b0)
                    a14 = b4 ^ (b0 & b1)
                }
                do {
                    let t0 = e4 ^ d4
                    let b0 = t0 &<< 27 | t0 &>> 37
                    let t1 = e5 ^ d0
                    let b1 = t1 &<< 36 | t1 &>> 28
                    let t2 = e11 ^ d1
                    let b2 = t2 &<< 10 | t2 &>> 54
                    let t3 = e17 ^ d2
                    let b3 = t3 &<< 15 | t3 &>> 49
                    let t4 = e23 ^ d3
                    let b4 = t4 &<< 56 | t4 &>> 8
                    let n3 = ~b3
                    a15 = b0 ^ (b1 & b2)
                    a16 = b1 ^ (b2 | b3)
                    a17 = b2 ^ (n3 | b4)
                    a18 = n3 ^ (b4 & b0)
                    a19 = b4 ^ (b0 | b1)
                }
                do {
                    let t0 = e2 ^ d2
                    let b0 = t0 &<< 62 | t0 &>> 2
                    let t1 = e8 ^ d3
                    let b1 = t1 &<< 55 | t1 &>> 9
                    let t2 = e14 ^ d4
                    let b2 = t2 &<< 39 | t2 &>> 25
                    let t3 = e15 ^ d0
                    let b3 = t3 &<< 41 | t3 &>> 23
                    let t4 = e21 ^ d1
                    let b4 = t4 &<< 2 | t4 &>> 62
                    let n1 = ~b1
                    a20 = b0 ^ (n1 & b2)
                    a21 = n1 ^ (b2 | b3)
                    a22 = b2 ^ (b3 & b4)
                    a23 = b3 ^ (b4 | b0)
                    a24 = b4 ^ (b0 & b1)
                }
            }
            round &+= 2
        }
        state[0] = a0
        state[1] = ~a1
        state[2] = ~a2
        state[3] = a3
        state[4] = a4
        state[5] = a5
        state[6] = a6
        state[7] = a7
        state[8] = ~a8
        state[9] = a9
        state[10] = a10
        state[11] = a11
        state[12] = ~a12
        state[13] = a13
        state[14] = a14
        state[15] = a15
        state[16] = a16
        state[17] = ~a17
        state[18] = a18
        state[19] = a19
        state[20] = ~a20
        state[21] = a21
        state[22] = a22
        state[23] = a23
        state[24] = a24
    }
}

/// The round constants (FIPS 202, section 3.2.5).
private let roundConstants: InlineArray<24, UInt64> = [
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a,
    0x8000000080008000, 0x000000000000808b, 0x0000000080000001,
    0x8000000080008081, 0x8000000000008009, 0x000000000000008a,
    0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
    0x000000008000808b, 0x800000000000008b, 0x8000000000008089,
    0x8000000000008003, 0x8000000000008002, 0x8000000000000080,
    0x000000000000800a, 0x800000008000000a, 0x8000000080008081,
    0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
]
