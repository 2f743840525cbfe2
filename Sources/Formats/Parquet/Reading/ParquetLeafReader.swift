internal import CKernels
internal import Columnar
internal import Glibc

/// The values of one leaf on their way into a column: dictionary indices for as long as every page has them, else the values themselves.
struct ParquetLeafOutput {
    private(set) var isDictionary: Bool
    /// Bytes of a value that is no index.
    let stride: Int
    private(set) var buffer: Buffer
    /// Values, nulls in their places included once they have been spread.
    var count = 0
    var buffers = ParquetBufferList()

    init(isDictionary: Bool, stride: Int, capacity: Int) {
        self.isDictionary = isDictionary
        self.stride = stride
        buffer = Buffer(size: capacity * (isDictionary ? 4 : stride))
    }

    var width: Int { isDictionary ? 4 : stride }
    var end: UnsafeMutableRawPointer { buffer.base + count * width }

    /// Makes room for `n` more values.
    mutating func reserve(_ n: Int) {
        let needed = (count + n) * width
        if needed <= buffer.size { return }
        let grown = Buffer(size: max(buffer.size * 2, needed))
        memcpy(grown.base, buffer.base, count * width)
        buffer = grown
    }

    /// Turns the indices into views, because a page without a dictionary follows.
    mutating func materialize(_ dictionary: ParquetDictionary, capacity: Int) {
        guard isDictionary else { return }
        let views = Buffer(size: max(capacity, count) * stride)
        mpq_gather_128(dictionary.values.values(of: mpq_view.self), buffer.values(of: UInt32.self), Int64(count), views.values(of: mpq_view.self))
        buffer = views
        isDictionary = false
        for owner in dictionary.buffers { buffers.add(owner) }
    }

    /// Gives the next `rows` rows whose bit is set the values at `values`, of which one more can be read, without counting them.
    func expand(_ values: UnsafeRawPointer, rows: Int, bits: UnsafePointer<UInt8>, at bit: Int) {
        let (n, at) = (Int64(rows), UInt64(bit))
        let from = values.assumingMemoryBound(to: UInt8.self)
        switch width {
        case 1: mpq_expand_8(from, bits, at, n, end.assumingMemoryBound(to: UInt8.self))
        case 2: mpq_expand_16(from, bits, at, n, end.assumingMemoryBound(to: UInt16.self))
        case 4: mpq_expand_32(from, bits, at, n, end.assumingMemoryBound(to: UInt32.self))
        case 8: mpq_expand_64(from, bits, at, n, end.assumingMemoryBound(to: UInt64.self))
        default: mpq_expand_128(from, bits, at, n, end.assumingMemoryBound(to: mpq_view.self))
        }
    }

    /// The values, one for each set bit, spread over `rows` rows.
    func expanded(rows: Int, bits: UnsafePointer<UInt8>) -> ParquetLeafOutput {
        var source = self
        source.reserve(1)
        memset(source.end, 0, width)
        var result = self
        result.buffer = Buffer(size: rows * width)
        result.count = 0
        result.expand(source.buffer.base, rows: rows, bits: bits, at: 0)
        result.count = rows
        return result
    }

    /// The column of the first `count` values.
    func column(_ type: DataType, dictionary: ParquetDictionary?, validity: Bitmap?) -> Column {
        if isDictionary, let dictionary {
            return Column(type: type, count: count, validity: validity, storage: .dictionary(indices: Values(buffer, count: count), values: dictionary.column))
        }
        switch type {
        case .null: return Column(type: .null, count: count, storage: .null)
        case .boolean:
            let bits = Buffer(zeroed: (count + 63) / 64 * 8)
            mpq_bytes_to_bits(buffer.values(of: UInt8.self), Int64(count), bits.values(of: UInt8.self))
            return Column(type: type, count: count, validity: validity, storage: .bits(Bitmap(bits, count: count)))
        case .string, .binary:
            return Column(type: type, count: count, validity: validity, storage: .views(Values(buffer, count: count), buffers: buffers.buffers))
        default:
            return Column(type: type, count: count, validity: validity, storage: .fixed(owner: buffer, start: UnsafeRawPointer(buffer.base)))
        }
    }
}

/// A dictionary page's values, in the form that they have in the column.
struct ParquetDictionary {
    /// At least one value, so that index 0 is always safe to read.
    let values: Buffer
    let count: Int
    let buffers: [Buffer]
    let column: Column
}

/// The entries of some records of a nested leaf.
struct ParquetEntries {
    var definition: GrowingBuffer<UInt8>
    var repetition: GrowingBuffer<UInt8>
    /// The values that are present, one after the other.
    var output: ParquetLeafOutput
    var dictionary: ParquetDictionary?
    var count: Int { definition.count }
}

/// Reads one leaf of one row group, some rows at a time.
final class ParquetLeafReader {
    let leaf: ParquetLeaf
    private let pages: ParquetPageReader
    let stride: Int
    private(set) var dictionary: ParquetDictionary?
    var decoder: ParquetValueDecoder?
    private var repetition = mpq_hybrid()
    var definition = mpq_hybrid()
    /// Entries of the current page that have not been decoded.
    var pageLeft = 0
    private var pageOffset = 0
    /// Position in the row group of the next row to give, and of a flat leaf's next row to decode, which lies before it where rows are passed over.
    var nextRow = 0
    var decodedRow = 0
    var scratch = ParquetScratch()
    var indexScratch = ParquetScratch()
    private var scatterScratch = ParquetScratch()
    // Levels decoded ahead, because a record ends only where the next one begins.
    private static let blockSize = 4096
    private lazy var repetitionBlock = Buffer(size: Self.blockSize)
    private lazy var definitionBlock = Buffer(size: Self.blockSize)
    private var blockAt = 0
    private var blockEnd = 0
    private var hasBegun = false

    /// - Parameter selection: the pages that are read, which must hold all rows that are not passed over; nil for all.
    init(_ source: any ByteSource, _ column: ParquetColumnChunk, leaf: ParquetLeaf, end: Int, selection: ParquetPageReader.Selection? = nil) throws {
        self.leaf = leaf
        pages = try ParquetPageReader(source, column, leaf: leaf, end: end, selection: selection)
        stride = ParquetConversion.stride(of: leaf.type)
    }

    /// Whether the leaf stands at the top: a value is a row.
    private var isFlat: Bool { leaf.maximumRepetition == 0 && leaf.maximumDefinition <= 1 }

    func failure(_ code: FormatError.Code, _ message: String) -> FormatError { pages.failure(code, at: pageOffset, message) }

    /// Goes to the next page when the current one is used up. False at the end of the chunk.
    func advance() throws -> Bool {
        while pageLeft == 0 {
            guard let page = try pages.next(from: isFlat ? nextRow : 0) else { return false }
            pageOffset = page.offset
            if page.header.kind == ParquetPageKind.dictionary.rawValue {
                try readDictionary(page)
                continue
            }
            pageLeft = page.header.valueCount
            if isFlat { decodedRow = page.firstValue }
            (repetition, definition) = (page.repetition, page.definition)
            decoder = try ParquetValueDecoder(page, leaf, encoding: page.header.encoding) { failure($0, $1) }
            if decoder!.isDictionary, dictionary == nil {
                // A chunk of nulls alone may lack its dictionary.
                dictionary = makeDictionary(Buffer(zeroed: max(stride, 16)), count: 0, buffers: [])
            }
        }
        return true
    }

    /// The dictionary, if it is the first page; of a reader of no other pages.
    func readDictionaryOnly() throws -> ParquetDictionary? {
        _ = try advance()
        return dictionary
    }

    private func readDictionary(_ page: ParquetPage) throws {
        guard dictionary == nil else { throw failure(.malformed, "it has two dictionary pages") }
        guard leaf.physical != .boolean else { throw failure(.malformed, "booleans have no dictionary") }
        let encoding = page.header.encoding
        guard encoding == ParquetEncoding.plain.rawValue || encoding == ParquetEncoding.plainDictionary.rawValue else {
            throw failure(.unsupported, "a dictionary in encoding \(encoding) is not read")
        }
        let count = page.header.valueCount
        let width = ParquetConversion.width(leaf.physical, length: leaf.typeLength)
        guard count <= (page.valuesEnd - page.values) / (width > 0 ? width : 4) else {
            throw failure(.truncated, "a dictionary of \(count) values does not fit in its page of \(page.valuesEnd - page.values) bytes")
        }
        var decoder = try ParquetValueDecoder(page, leaf, encoding: ParquetEncoding.plain.rawValue) { failure($0, $1) }
        let values = Buffer(size: max(count, 1) * stride)
        if count == 0 { memset(values.base, 0, stride) }
        var buffers = ParquetBufferList()
        try decoder.read(count, to: values.base, buffers: &buffers, scratch: &scratch) { failure($0, $1) }
        dictionary = makeDictionary(values, count: count, buffers: buffers.buffers)
    }

    private func makeDictionary(_ values: Buffer, count: Int, buffers: [Buffer]) -> ParquetDictionary {
        let rows = max(count, 1)
        let column: Column
        switch leaf.type {
        case .string, .binary: column = Column(type: leaf.type, count: rows, storage: .views(Values(values, count: rows), buffers: buffers))
        case .null, .boolean: column = Column(type: .null, count: rows, storage: .null)
        default: column = Column(type: leaf.type, count: rows, storage: .fixed(owner: values, start: UnsafeRawPointer(values.base)))
        }
        return ParquetDictionary(values: values, count: count, buffers: buffers, column: column)
    }

    var wantsIndices: Bool { stride == 16 && (leaf.type == .string || leaf.type == .binary) }

    private func makeOutput(capacity: Int) throws -> ParquetLeafOutput {
        // Entries decoded ahead still need the page that they came from.
        if blockAt == blockEnd { _ = try advance() }
        return ParquetLeafOutput(isDictionary: wantsIndices && (decoder?.isDictionary ?? false), stride: stride, capacity: capacity)
    }

    /// Decodes the next `count` values of the page to the end of `output`, which has room, without counting them.
    ///
    /// - Parameter isScattered: leaves them elsewhere, with room for one more, because nulls come between them.
    /// - Returns: where the values are; they need not be aligned when they are scattered.
    private func decode(_ count: Int, to output: inout ParquetLeafOutput, capacity: Int, isScattered: Bool = false) throws -> UnsafeRawPointer {
        if !decoder!.isDictionary, let dictionary { output.materialize(dictionary, capacity: capacity) }
        if isScattered, let inPlace = try decoder!.readInPlace(count, failure: { failure($0, $1) }) { return inPlace }
        let width = output.width
        let target = isScattered ? scatterScratch.reserve((count + 1) * width) : output.end
        if isScattered { memset(target + count * width, 0, width) }
        guard decoder!.isDictionary else {
            try decoder!.read(count, to: target, buffers: &output.buffers, scratch: &scratch) { failure($0, $1) }
            return UnsafeRawPointer(target)
        }
        if count == 0 { return UnsafeRawPointer(target) }
        let dictionary = dictionary!
        let indices = output.isDictionary ? target : indexScratch.reserve(count * 4)
        let typed = indices.assumingMemoryBound(to: UInt32.self)
        let greatest = try decoder!.readIndices(count, to: typed) { failure($0, $1) }
        guard greatest < dictionary.count else {
            throw failure(.malformed, "dictionary index \(greatest) is beyond the dictionary's \(dictionary.count) values")
        }
        if output.isDictionary { return UnsafeRawPointer(target) }
        let (from, n) = (dictionary.values.base, Int64(count))
        switch stride {
        case 1: mpq_gather_8(from.assumingMemoryBound(to: UInt8.self), typed, n, target.assumingMemoryBound(to: UInt8.self))
        case 2: mpq_gather_16(from.assumingMemoryBound(to: UInt16.self), typed, n, target.assumingMemoryBound(to: UInt16.self))
        case 4: mpq_gather_32(from.assumingMemoryBound(to: UInt32.self), typed, n, target.assumingMemoryBound(to: UInt32.self))
        case 8: mpq_gather_64(from.assumingMemoryBound(to: UInt64.self), typed, n, target.assumingMemoryBound(to: UInt64.self))
        default:
            mpq_gather_128(from.assumingMemoryBound(to: mpq_view.self), typed, n, target.assumingMemoryBound(to: mpq_view.self))
            if wantsIndices { for owner in dictionary.buffers { output.buffers.add(owner) } }
        }
        return UnsafeRawPointer(target)
    }

    // MARK: Passing over rows

    /// Passes over the next rows. Costs nothing until rows behind them are read; pages that hold none of those are not even decompressed.
    func skip(_ rows: Int) { nextRow += rows }

    /// Decodes what must be decoded to come to the next row to give.
    func arrive() throws {
        if !isFlat {
            while decodedRow < nextRow {
                let n = min(nextRow - decodedRow, 8192)
                _ = try entries(n)
                decodedRow += n
            }
            return
        }
        while decodedRow < nextRow || pageLeft == 0 {
            if pageLeft == 0 {
                guard try advance() else { return }
                guard decodedRow <= nextRow else { throw failure(.malformed, "the page index leaves out rows \(nextRow)..<\(decodedRow)") }
                continue
            }
            let n = min(pageLeft, nextRow - decodedRow)
            if n < pageLeft { try discard(n) }
            pageLeft -= n
            decodedRow += n
        }
    }

    /// Decodes rows of the current page that nobody wants.
    private func discard(_ rows: Int) throws {
        var present = rows
        if leaf.maximumDefinition > 0 {
            let bits = Buffer(zeroed: (rows + 63) / 64 * 8 + 8)
            present = Int(mpq_hybrid_read_bits(&definition, bits.values(of: UInt8.self), 0, Int64(rows)))
            guard present >= 0 else { throw failure(.malformed, "its definition levels end early or exceed 1") }
        }
        var output = ParquetLeafOutput(isDictionary: wantsIndices && decoder!.isDictionary, stride: stride, capacity: present)
        _ = try decode(present, to: &output, capacity: present, isScattered: true)
    }

    // MARK: Flat

    /// Reads `rows` rows of a leaf that stands at the top: not repeated, and nullable at most itself.
    func readFlat(_ rows: Int) throws -> Column {
        try arrive()
        if let column = try readInPlace(rows) { return column }
        var output = try makeOutput(capacity: rows)
        let isOptional = leaf.maximumDefinition > 0
        // A word more, because kernels read bits by unaligned words.
        let bits = isOptional ? Buffer(zeroed: (rows + 63) / 64 * 8 + 8) : nil
        var valid = 0
        while output.count < rows {
            guard try advance() else { throw failure(.truncated, "it ends \(rows - output.count) rows before its row group does") }
            guard decodedRow == nextRow else { throw failure(.malformed, "the page index leaves out rows \(nextRow)..<\(decodedRow)") }
            let n = min(rows - output.count, pageLeft)
            if let bits {
                let pointer = bits.values(of: UInt8.self)
                let present = Int(mpq_hybrid_read_bits(&definition, pointer, UInt64(output.count), Int64(n)))
                guard present >= 0 else { throw failure(.malformed, "its definition levels end early or exceed 1") }
                let isScattered = present < n
                let values = try decode(present, to: &output, capacity: rows, isScattered: isScattered)
                if isScattered { output.expand(values, rows: n, bits: pointer, at: output.count) }
                valid += present
            } else {
                _ = try decode(n, to: &output, capacity: rows)
            }
            output.count += n
            pageLeft -= n
            decodedRow += n
            nextRow += n
        }
        let validity = isOptional && valid < rows ? Bitmap(bits!, count: rows) : nil
        return output.column(leaf.type, dictionary: dictionary, validity: validity)
    }

    /// The next rows as they lie in the page: where it holds all of them, none is null, and they are the column's values already.
    private func readInPlace(_ rows: Int) throws -> Column? {
        guard stride == leaf.type.fixedSize, rows <= pageLeft, decoder?.isInPlace(alignment: min(stride, 8)) == true else { return nil }
        if leaf.maximumDefinition > 0, !mpq_hybrid_take_ones(&definition, Int64(rows)) { return nil }
        guard let start = try decoder!.readInPlace(rows, failure: { failure($0, $1) }) else { return nil }
        pageLeft -= rows
        decodedRow += rows
        nextRow += rows
        return Column(type: leaf.type, count: rows, storage: .fixed(owner: decoder!.owner, start: start))
    }

    // MARK: Nested

    /// Reads the entries of `rows` records.
    func readEntries(_ rows: Int) throws -> ParquetEntries {
        try arrive()
        defer {
            decodedRow += rows
            nextRow += rows
        }
        return try entries(rows)
    }

    private func entries(_ rows: Int) throws -> ParquetEntries {
        var entries = ParquetEntries(
            definition: GrowingBuffer(capacity: rows), repetition: GrowingBuffer(capacity: leaf.maximumRepetition > 0 ? rows : 0),
            output: try makeOutput(capacity: rows))
        var records = 0
        let isRepeated = leaf.maximumRepetition > 0
        while true {
            if blockAt == blockEnd {
                if !isRepeated, records == rows { break }
                guard try readBlock() else { break }
            }
            let definition = definitionBlock.values(of: UInt8.self) + blockAt
            let repetition = repetitionBlock.values(of: UInt8.self) + blockAt
            var n = blockEnd - blockAt
            if isRepeated {
                var found: Int64 = 0
                n = Int(mpq_record_end(repetition, Int64(n), Int64(rows - records), &found))
                records += Int(found)
                entries.repetition.append(from: repetition, count: n)
            } else {
                n = min(n, rows - records)
                records += n
            }
            guard entries.count + n <= 1 << 30 else { throw failure(.unsupported, "\(rows) rows have more than 2^30 nested values; read fewer rows at once") }
            entries.definition.append(from: definition, count: n)
            let present = Int(mpq_count_u8(definition, Int64(n), UInt8(leaf.maximumDefinition)))
            entries.output.reserve(present)
            _ = try decode(present, to: &entries.output, capacity: entries.output.count + present)
            entries.output.count += present
            blockAt += n
            if blockAt < blockEnd { break }
        }
        guard records == rows else { throw failure(.truncated, "it ends \(rows - records) rows before its row group does") }
        entries.dictionary = dictionary
        return entries
    }

    /// Decodes the levels of the next entries. False at the end of the chunk.
    private func readBlock() throws -> Bool {
        guard try advance() else { return false }
        let n = min(pageLeft, Self.blockSize)
        let definitions = definitionBlock.values(of: UInt8.self)
        let most = mpq_hybrid_read_u8(&definition, definitions, Int64(n))
        guard most >= 0, most <= leaf.maximumDefinition else {
            throw failure(.malformed, "its definition levels end early or exceed \(leaf.maximumDefinition)")
        }
        if leaf.maximumRepetition > 0 {
            let repetitions = repetitionBlock.values(of: UInt8.self)
            let most = mpq_hybrid_read_u8(&repetition, repetitions, Int64(n))
            guard most >= 0, most <= leaf.maximumRepetition else {
                throw failure(.malformed, "its repetition levels end early or exceed \(leaf.maximumRepetition)")
            }
            if !hasBegun, repetitions[0] != 0 { throw failure(.malformed, "its first record begins with repetition level \(repetitions[0]), not 0") }
        }
        hasBegun = true
        pageLeft -= n
        (blockAt, blockEnd) = (0, n)
        return true
    }
}
