// Weir
// SPDX-License-Identifier: Apache-2.0

extension BinaryOperator {
    /// The operator between two scalars; a comparison gives 1 or 0.
    func ofScalars(_ left: Double, _ right: Double) -> Double {
        if self.isComparison { return self.compares(left, right) ? 1 : 0 }
        return self.calculates(left, right)
    }

    /// Whether a comparison holds.
    func compares(_ left: Double, _ right: Double) -> Bool {
        switch self {
        case .equal: left == right
        case .notEqual: left != right
        case .greater: left > right
        case .less: left < right
        case .greaterOrEqual: left >= right
        case .lessOrEqual: left <= right
        default: true
        }
    }

    /// The value of an arithmetic operator.
    func calculates(_ left: Double, _ right: Double) -> Double {
        switch self {
        case .add: left + right
        case .subtract: left - right
        case .multiply: left * right
        case .divide: left / right
        case .modulo: left.truncatingRemainder(dividingBy: right)
        case .power: Mathematics.power(left, right)
        case .atan2: Mathematics.arcTangent(left, right)
        default: left
        }
    }
}

extension EvaluationRun {
    /// A vector and a scalar. A comparison keeps the vector's element, whichever side it stands on.
    func evaluate(
        _ operation: VectorScalarOperation, at time: Int64
    ) throws(EvaluationError) -> [Element] {
        let scalar = try self.scalar(operation.scalar, at: time)
        var elements = try self.vector(operation.vector, at: time)
        let isComparison = operation.operation.isComparison
        if isComparison, !operation.returnsBool {
            elements.removeAll { element in
                !(operation.scalarIsLeft
                    ? operation.operation.compares(scalar, element.value)
                    : operation.operation.compares(element.value, scalar))
            }
            return elements
        }
        for index in elements.indices {
            let value = elements[index].value
            elements[index].value =
                operation.scalarIsLeft
                ? operation.operation.ofScalars(scalar, value)
                : operation.operation.ofScalars(value, scalar)
        }
        try self.dropNames(&elements, place: operation.place)
        return elements
    }

    /// `and`, `or`, `unless`.
    func evaluate(
        _ operation: SetOperation, at time: Int64
    ) throws(EvaluationError) -> [Element] {
        let left = try self.vector(operation.left, at: time)
        if left.isEmpty, operation.operation != .or { return [] }
        let right = try self.vector(operation.right, at: time)
        if right.isEmpty { return operation.operation == .and ? [] : left }
        var index = GroupIndex(operation.selection, dialect: self.dialect)
        switch operation.operation {
        case .or:
            for element in left { _ = index.insert(element) }
            return left + right.filter { index.group(of: $0) == nil }
        case .unless:
            for element in right { _ = index.insert(element) }
            return left.filter { index.group(of: $0) == nil }
        default:
            for element in right { _ = index.insert(element) }
            return left.filter { index.group(of: $0) != nil }
        }
    }
}
