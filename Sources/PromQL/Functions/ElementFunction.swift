// Weir
// SPDX-License-Identifier: Apache-2.0

/// The functions that change each value of a vector for itself.
enum ElementFunction: String {
    case abs, ceil, floor, exp, ln, log2, log10, sqrt, sgn, round, clamp
    case clampMax = "clamp_max"
    case clampMin = "clamp_min"
    case sin, cos, tan, asin, acos, atan, sinh, cosh, tanh, asinh, acosh, atanh, deg, rad

    init?(name: String) {
        self.init(rawValue: name)
    }

    /// Whether there is a result at all with these parameters.
    func hasValue(_ parameters: [Double]) -> Bool {
        guard self == .clamp, parameters.count == 2 else { return true }
        return !(parameters[1] < parameters[0])
    }

    /// The value; NaN where a parameter is missing, which the parser has excluded.
    func apply(_ value: Double, _ parameters: [Double]) -> Double {
        switch self {
        case .abs: return value.magnitude
        case .ceil: return value.rounded(.up)
        case .floor: return value.rounded(.down)
        case .exp: return Mathematics.exponential(value)
        case .ln: return Mathematics.naturalLogarithm(value)
        case .log2: return Mathematics.binaryLogarithm(value)
        case .log10: return Mathematics.decimalLogarithm(value)
        case .sqrt: return value.squareRoot()
        case .sgn: return value < 0 ? -1 : value > 0 ? 1 : value
        case .round:
            // Ties go up: that is what adding one half and cutting off does.
            let inverse = 1 / (parameters.first ?? 1)
            return (value * inverse + 0.5).rounded(.down) / inverse
        case .clamp:
            guard parameters.count == 2 else { return .nan }
            return Self.greater(parameters[0], Self.less(parameters[1], value))
        case .clampMax: return Self.less(parameters.first ?? .nan, value)
        case .clampMin: return Self.greater(parameters.first ?? .nan, value)
        case .deg: return value * 180 / .pi
        case .rad: return value * .pi / 180
        default: return self.trigonometric(value)
        }
    }

    private func trigonometric(_ value: Double) -> Double {
        switch self {
        case .sin: Mathematics.sine(value)
        case .cos: Mathematics.cosine(value)
        case .tan: Mathematics.tangent(value)
        case .asin: Mathematics.arcSine(value)
        case .acos: Mathematics.arcCosine(value)
        case .atan: Mathematics.arcTangent(value)
        case .sinh: Mathematics.hyperbolicSine(value)
        case .cosh: Mathematics.hyperbolicCosine(value)
        case .tanh: Mathematics.hyperbolicTangent(value)
        case .asinh: Mathematics.areaSine(value)
        case .acosh: Mathematics.areaCosine(value)
        case .atanh: Mathematics.areaTangent(value)
        default: value
        }
    }

    /// Go's `math.Min`: NaN wins, and −Inf over NaN.
    private static func less(_ one: Double, _ other: Double) -> Double {
        if one == -.infinity || other == -.infinity { return -.infinity }
        return one.isNaN || other.isNaN ? .nan : min(one, other)
    }

    /// Go's `math.Max`: NaN wins, and +Inf over NaN.
    private static func greater(_ one: Double, _ other: Double) -> Double {
        if one == .infinity || other == .infinity { return .infinity }
        return one.isNaN || other.isNaN ? .nan : max(one, other)
    }
}
