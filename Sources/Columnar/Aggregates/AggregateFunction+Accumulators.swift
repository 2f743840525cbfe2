extension AggregateFunction {
    /// The running state of the function for groups.
    ///
    /// - Parameter isDistinct: whether rows that repeat another one's arguments count once.
    /// - Precondition: `resultType` knows the arguments.
    public func makeAccumulator(_ arguments: [DataType], isDistinct: Bool = false) -> any Accumulator {
        guard let result = resultType(arguments) else { preconditionFailure("\(name) of \(arguments.map(\.hiveName))") }
        if isDistinct, !ignoresDuplicates {
            switch self {
            case .count where !arguments.isEmpty, .regression(.count): return DistinctAccumulator(types: arguments, counts: true)
            case .collectList: return DistinctAccumulator(types: arguments, counts: false)
            case .count: break
            default: return DistinctFoldAccumulator(self, arguments)
            }
        }
        switch self {
        case .count, .regression(.count): return CountAccumulator()
        case .countIf: return CountAccumulator(countsTrue: true)
        case .countDistinct: return DistinctAccumulator(types: arguments, counts: true)
        case .collectSet: return DistinctAccumulator(types: arguments, counts: false)
        case .collectList: return ListAccumulator(element: arguments[0])
        case .sum: return SumAccumulator(argument: arguments[0], result: result, averages: false)
        case .average: return SumAccumulator(argument: arguments[0], result: result, averages: true)
        case .checkedSum(let rule): return SumAccumulator(argument: arguments[0], result: result, averages: false, overflow: rule)
        case .checkedAverage(let rule): return SumAccumulator(argument: arguments[0], result: result, averages: true, overflow: rule)
        case .minimum, .maximum: return AggregateFunction.extreme(result, maximum: self == .maximum)
        case .and, .or:
            // False is below true.
            return AggregateFunction.extreme(.boolean, maximum: self == .or)
        case .first(let ignoresNulls), .anyValue(let ignoresNulls): return PickAccumulator(type: result, .first(ignoresNulls: ignoresNulls))
        case .last(let ignoresNulls): return PickAccumulator(type: result, .last(ignoresNulls: ignoresNulls))
        case .minimumBy, .maximumBy: return PickByAccumulator(arguments, maximum: self == .maximumBy)
        case .variance(let ofSample): return VarianceAccumulator(ofSample: ofSample, root: false)
        case .standardDeviation(let ofSample): return VarianceAccumulator(ofSample: ofSample, root: true)
        case .skewness: return FoldAccumulator(MomentFold(isKurtosis: false))
        case .kurtosis: return FoldAccumulator(MomentFold(isKurtosis: true))
        case .product: return FoldAccumulator(ProductFold())
        case .covariance(let ofSample): return FoldAccumulator(PairFold(ofSample ? .covarianceOfSample : .covariance))
        case .correlation: return FoldAccumulator(PairFold(.correlation))
        case .regression(.averageX), .regression(.averageY): return PairAverageAccumulator(arguments, result, ofFirst: self == .regression(.averageY))
        case .regression(let regression): return FoldAccumulator(PairFold(.regression(regression)))
        case .bits(let operation): return BitAccumulator(result, operation)
        case .mode(let order): return ModeAccumulator(result, takesGreatest: order == .descending)
        case .percentile, .approximatePercentile, .histogram: return OrderedAccumulator(self, arguments, result)
        case .listAggregate(let list): return TextListAccumulator(list, arguments, result)
        case .approximateCountDistinct(let error): return CardinalityAccumulator(relativeError: error)
        }
    }

    private static func extreme(_ type: DataType, maximum: Bool) -> any Accumulator {
        ExtremeAccumulator.handles(type) ? ExtremeAccumulator(type: type, maximum: maximum) : PickAccumulator(type: type, maximum ? .greatest : .least)
    }
}
