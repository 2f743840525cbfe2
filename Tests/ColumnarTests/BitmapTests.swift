import Testing

import Columnar

@Suite struct BitmapTests {
    private func bits(_ n: Int, _ random: inout SeededGenerator, density: Int) -> [Bool] {
        (0..<n).map { _ in Int.random(in: 0..<100, using: &random) < density }
    }

    @Test(arguments: edgeLengths + [127, 200]) func rangesCopyAtAnyOffset(length: Int) {
        var random = SeededGenerator(seed: UInt64(length))
        for density in [0, 10, 50, 100] {
            let expected = bits(length, &random, density: density)
            let bitmap = Bitmap(expected)
            #expect(bitmap.setCount == expected.count { $0 })
            #expect(bitmap.setIndices.array == expected.indices.filter { expected[$0] }.map(Int32.init))
            #expect((0..<length).map { packedBits(length) { expected[$0] }[$0] } == expected)
            for start in [0, 1, 7, 8, 63, 64, 65] where start <= length {
                var builder = BitmapBuilder()
                var reference: [Bool] = []
                for lead in [0, 1, 5, 64] {
                    builder.append(repeating: true, count: lead)
                    reference += Array(repeating: true, count: lead)
                    builder.append(bitmap, range: start..<length)
                    reference += expected[start...]
                }
                #expect(builder.setCount == reference.count { $0 })
                let copied = builder.finish()
                #expect((0..<copied.count).map { copied[$0] } == reference)
                let slice = bitmap.slice(start..<length)
                #expect((0..<slice.count).map { slice[$0] } == Array(expected[start...]))
            }
        }
    }

    @Test(arguments: edgeLengths) func takeGathersBitsAndValidity(length: Int) {
        var random = SeededGenerator(seed: UInt64(length))
        let values: [Value] = (0..<100).map { _ in [.null, .boolean(true), .boolean(false)].randomElement(using: &random)! }
        let column = Column.of(.boolean, values)
        let indices = (0..<length).map { _ in Int32.random(in: -1..<100, using: &random) }
        #expect(column.take(Values(indices)).values == indices.map { $0 < 0 ? .null : values[Int($0)] })
        let present = indices.map { max($0, 0) }
        #expect(column.take(Values(present)).values == present.map { values[Int($0)] })
    }
}
