internal import Synchronization

/// Numbers of chance for everything that was given no seed of its own: `rand()`, `uuid()`, samples.
///
/// They are the system's until a seed fixes them: tests of jobs do.
public enum Chance {
    /// The state of the fixed sequence, and whether there is one.
    private static let isFixed = Atomic<Bool>(false)
    private static let place = Atomic<UInt64>(0)

    /// From here on the numbers hang on the seed alone; with nil they are the system's again.
    public static func fix(_ seed: UInt64?) {
        place.store(seed ?? 0, ordering: .relaxed)
        isFixed.store(seed != nil, ordering: .relaxed)
    }

    /// The next number (SplitMix64, where a seed is given).
    public static func next() -> UInt64 {
        guard isFixed.load(ordering: .relaxed) else {
            var system = SystemRandomNumberGenerator()
            return system.next()
        }
        var x = place.wrappingAdd(0x9e37_79b9_7f4a_7c15, ordering: .relaxed).newValue
        x = (x ^ x >> 30) &* 0xbf58_476d_1ce4_e5b9
        x = (x ^ x >> 27) &* 0x94d0_49bb_1331_11eb
        return x ^ x >> 31
    }

    /// A seed for what draws more than one number.
    public static func seed() -> Int64 { Int64(bitPattern: next()) }
}
