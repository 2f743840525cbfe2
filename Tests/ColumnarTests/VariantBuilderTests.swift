import Testing

import Columnar

@Suite struct VariantBuilderTests {
    @Test func mixedValuesMakeAChoice() {
        let builder = VariantBuilder()
        builder.appendNull()
        builder.append(jsonInteger: 1)
        builder.append(string: "a string longer than twelve bytes")
        builder.append(jsonInteger: 1 << 40)
        let column = builder.finish()
        #expect(column.type == .choice([.long, .string]))
        #expect((0..<4).map { column.isNull($0) } == [true, false, false, false])
        guard case .choice(let tags, let rows, let members) = column.storage else { Issue.record("no choice"); return }
        #expect(tags.bufferPointer.elementsEqual([255, 0, 1, 0]))
        #expect(members[0].fixedValues(of: Int64.self)[Int(rows[3])] == 1 << 40)
        #expect(members[1].views[0].string == "a string longer than twelve bytes")
    }

    @Test(arguments: 0...30) func viewsKeepEveryByte(length: Int) {
        let bytes = (0..<length).map { UInt8(200 &+ $0) } + [7]
        bytes.withUnsafeBytes { raw in
            let view = StringView(raw.baseAddress!, length: length)
            #expect(view.length == length)
            #expect(view.withBytes { Array($0) } == Array(bytes.dropLast()))
        }
    }

    @Test func recordsFillWhatARowDoesNotSet() {
        let record = RecordBuilder()
        record.field("a")!.append(jsonInteger: 1)
        record.endRow()
        record.field("b")!.append(bool: true)
        #expect(record.field("b") == nil)
        let inner = record.field("c")!.beginStruct()
        inner.field("x")!.append(double: 1.5)
        inner.endRow()
        record.endRow()
        let batch = record.finish()
        #expect(batch.schema == Schema([Field("a", .int), Field("b", .boolean), Field("c", .struct([Field("x", .double)]))]))
        #expect(batch.columns[0].isNull(1) && batch.columns[1].isNull(0) && batch.columns[2].isNull(0) && !batch.columns[2].isNull(1))
    }
}
