// Weir
// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The functions of real numbers that the standard library does not have.
///
/// They are those of the C library, whose results differ from Go's in the last bit at most.
enum Mathematics {
    static func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }
    static func arcTangent(_ y: Double, _ x: Double) -> Double { atan2(y, x) }

    static func exponential(_ value: Double) -> Double { exp(value) }
    static func naturalLogarithm(_ value: Double) -> Double { log(value) }
    static func binaryLogarithm(_ value: Double) -> Double { log2(value) }
    static func decimalLogarithm(_ value: Double) -> Double { log10(value) }

    static func sine(_ value: Double) -> Double { sin(value) }
    static func cosine(_ value: Double) -> Double { cos(value) }
    static func tangent(_ value: Double) -> Double { tan(value) }
    static func arcSine(_ value: Double) -> Double { asin(value) }
    static func arcCosine(_ value: Double) -> Double { acos(value) }
    static func arcTangent(_ value: Double) -> Double { atan(value) }
    static func hyperbolicSine(_ value: Double) -> Double { sinh(value) }
    static func hyperbolicCosine(_ value: Double) -> Double { cosh(value) }
    static func hyperbolicTangent(_ value: Double) -> Double { tanh(value) }
    static func areaSine(_ value: Double) -> Double { asinh(value) }
    static func areaCosine(_ value: Double) -> Double { acosh(value) }
    static func areaTangent(_ value: Double) -> Double { atanh(value) }
}
