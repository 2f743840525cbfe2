internal import CCodecs
internal import CKernels
internal import Columnar
internal import Glibc

/// The pages of a column chunk, ready to be written.
struct ParquetEncodedChunk: Sendable {
    /// A dictionary page, if there is one, is the first.
    let pages: [ParquetEncodedPage]
    /// Offsets are relative to the chunk's beginning.
    let metadata: ParquetChunkMetadata
    var size: Int { metadata.compressedSize }
}

struct ParquetEncodedPage: Sendable {
    let header: [UInt8]
    let content: Values<UInt8>
    var size: Int { header.count + content.count }
}

/// Encodes one leaf of one row group.
///
/// Values are staged without their nulls until a page is full. A full page goes through the dictionary as long as that pays, then through the
/// codec, and is appended to the chunk.
struct ParquetLeafEncoder {
    private let leaf: ParquetWriteLeaf
    private let options: ParquetWriteOptions
    private let failure: (String) -> FormatError

    // Staged for the current page.
    private var values: GrowingBuffer<UInt8>
    private var valueCount = 0
    private var valueBytes = 0
    private var definition = GrowingBuffer<UInt8>(capacity: 16)
    private var repetition = GrowingBuffer<UInt8>(capacity: 16)
    /// Entries of the page. Levels of a flat leaf are kept only once the page has a null.
    private var entryCount = 0
    private var nullCount = 0
    private var rowCount = 0

    private var dictionary: ParquetDictionaryBuilder?
    /// Whether pages may still go through the dictionary.
    private var isDictionaryOpen = false
    private var dictionaryPages = 0
    private var plainPages = 0
    private var plainEncoding = ParquetEncoding.plain
    private var statistics: ParquetStatisticsCollector
    private var pages: [ParquetEncodedPage] = []
    private var dictionaryPage: ParquetEncodedPage?
    private var uncompressedSize = 0
    private var totalValues = 0
    // Kept from page to page.
    private var body = GrowingBuffer<UInt8>(capacity: 1 << 12)
    private var compressed = Buffer(size: 0)
    private var indices = GrowingBuffer<UInt32>(capacity: 16)

    private static let pageRows = 1 << 17

    init(_ leaf: ParquetWriteLeaf, _ options: ParquetWriteOptions, failure: @escaping (String) -> FormatError) {
        (self.leaf, self.options, self.failure) = (leaf, options, failure)
        values = GrowingBuffer(capacity: 1 << 12)
        statistics = ParquetStatisticsCollector(leaf)
        if options.dictionary, leaf.physical != .boolean, leaf.type != .null {
            dictionary = ParquetDictionaryBuilder(leaf)
            isDictionaryOpen = true
        }
    }

    private var isFlat: Bool { leaf.maximumRepetition == 0 && leaf.maximumDefinition == 1 }

    // MARK: Staging

    /// Adds rows of a nullable column that stands at the top.
    mutating func append(flat column: Column) throws {
        let column = column.flattened
        let n = column.count
        if n == 0 { return }
        let validity = column.type == .null ? Bitmap(repeating: false, count: n) : column.validity
        let present = validity?.setCount ?? n
        if present < n || nullCount > 0 {
            // The page has no levels as long as it has no nulls.
            if nullCount == 0 { definition.append(repeating: 1, count: entryCount) }
            definition.reserve(n)
            if let validity {
                mpq_bits_to_bytes(validity.bytes, Int64(n), definition.start + definition.count)
                definition.advance(n)
            } else {
                definition.append(repeating: 1, count: n)
            }
        }
        entryCount += n
        rowCount += n
        nullCount += n - present
        try stage(column, present: present, of: n, validity: present < n ? validity : nil)
        try flushIfFull()
    }

    /// Adds entries of a nested leaf; they begin with a record.
    mutating func append(_ shredded: ParquetShreddedLeaf) throws {
        let n = shredded.definition.count
        definition.append(from: shredded.definition.start, count: n)
        if leaf.maximumRepetition > 0 { repetition.append(from: shredded.repetition.start, count: n) }
        entryCount += n
        rowCount += Int(mpq_count_u8(shredded.repetition.start, Int64(n), 0))
        nullCount += n - shredded.rows.count
        let taken = shredded.column.type == .null ? shredded.column : shredded.column.take(shredded.rows)
        try stage(taken, present: shredded.rows.count, of: shredded.rows.count, validity: nil)
        try flushIfFull()
    }

    /// Appends the present values of `column`.
    private mutating func stage(_ column: Column, present: Int, of n: Int, validity: Bitmap?) throws {
        if present == 0 { return }
        let stride = leaf.stride
        values.reserve(n * stride)
        let out = UnsafeMutableRawPointer(values.start + values.count)
        let count = Int64(n)
        switch column.storage {
        case .bits(let bits):
            mpq_bits_to_bytes(bits.bytes, count, out.assumingMemoryBound(to: UInt8.self))
            if let validity {
                // In place: the target never runs ahead of the source.
                let bytes = out.assumingMemoryBound(to: UInt8.self)
                var j = 0
                for i in 0..<n where validity[i] {
                    bytes[j] = bytes[i]
                    j += 1
                }
            }
        case .views(let views, _):
            let from = UnsafeRawPointer(views.start).assumingMemoryBound(to: mpq_view.self)
            let to = out.assumingMemoryBound(to: mpq_view.self)
            if let validity { _ = mpq_compact_views(from, validity.bytes, count, to) } else { memcpy(to, from, n * 16) }
            valueBytes += Int(mpq_views_size(to, Int64(present))) + 4 * present
        case .fixed(_, let start):
            try stageFixed(column.type, start, out, present: present, of: n, validity: validity)
        default: preconditionFailure("a \(column.type.name) column has no values of its own")
        }
        if leaf.staging != .views { valueBytes += present * stride }
        values.advance(present * stride)
        valueCount += present
    }

    private func stageFixed(
        _ type: DataType, _ start: UnsafeRawPointer, _ out: UnsafeMutableRawPointer, present: Int, of n: Int, validity: Bitmap?
    ) throws {
        let count = Int64(n)
        switch type.fixedSize {
        case 4:
            let (from, to) = (start.assumingMemoryBound(to: UInt32.self), out.assumingMemoryBound(to: UInt32.self))
            if let validity { _ = mpq_compact_32(from, validity.bytes, count, to) } else { memcpy(to, from, n * 4) }
        case 8:
            let (from, to) = (start.assumingMemoryBound(to: UInt64.self), out.assumingMemoryBound(to: UInt64.self))
            if let validity { _ = mpq_compact_64(from, validity.bytes, count, to) } else { memcpy(to, from, n * 8) }
        case 16:
            let from = start.assumingMemoryBound(to: Int128.self)
            var fits = true
            var j = 0
            for i in 0..<n where validity?[i] ?? true {
                let value = from[i]
                switch leaf.staging {
                case .int32:
                    let narrow = Int32(truncatingIfNeeded: value)
                    fits = fits && Int128(narrow) == value
                    out.assumingMemoryBound(to: Int32.self)[j] = narrow
                case .int64:
                    let narrow = Int64(truncatingIfNeeded: value)
                    fits = fits && Int128(narrow) == value
                    out.assumingMemoryBound(to: Int64.self)[j] = narrow
                default:
                    fits = fits && (leaf.typeLength >= 16 || value >> Int128(leaf.typeLength * 8 - 1) == value >> 127)
                    out.assumingMemoryBound(to: Int128.self)[j] = value
                }
                j += 1
            }
            if !fits { throw failure("has a value with more digits than its type, \(leaf.type.hiveName)") }
        default:
            // Byte and short become 32 bits.
            let to = out.assumingMemoryBound(to: Int32.self)
            var j = 0
            for i in 0..<n where validity?[i] ?? true {
                to[j] = type == .byte ? Int32(start.assumingMemoryBound(to: Int8.self)[i]) : Int32(start.assumingMemoryBound(to: Int16.self)[i])
                j += 1
            }
        }
    }

    private mutating func flushIfFull() throws {
        if valueBytes >= options.pageBytes || entryCount >= Self.pageRows { try flush() }
    }

    // MARK: Pages

    private mutating func flush() throws {
        if entryCount == 0 { return }
        let staged = UnsafeRawPointer(values.start)
        statistics.add(nulls: nullCount)
        body.removeAll()
        var header = ParquetPageHeader()
        header.valueCount = entryCount
        header.nullCount = nullCount
        header.rowCount = rowCount
        let isV2 = options.dataPageVersion == 2
        try appendLevels(repetition.start, maximum: leaf.maximumRepetition, isConstant: false, isV2: isV2)
        header.repetitionLength = body.count
        try appendLevels(definition.start, maximum: leaf.maximumDefinition, isConstant: isFlat && nullCount == 0, isV2: isV2)
        header.definitionLength = body.count - header.repetitionLength
        let levels = body.count

        if try appendIndices(staged) {
            header.encoding = ParquetEncoding.rleDictionary.rawValue
            dictionaryPages += 1
        } else {
            statistics.add(staged, count: valueCount)
            header.encoding = appendPlain(staged).rawValue
            plainPages += 1
        }
        // Sizes have 31 bits, and LZ4 takes somewhat less.
        guard body.count <= 0x7e00_0000 else {
            throw failure("has a page of \(body.count) bytes, Parquet's pages hold less than 2^31; encode batches of fewer rows")
        }
        header.kind = isV2 ? ParquetPageKind.dataV2.rawValue : ParquetPageKind.data.rawValue
        pages.append(makePage(&header, rawPrefix: isV2 ? levels : 0))
        totalValues += entryCount
        values.removeAll()
        definition.removeAll()
        repetition.removeAll()
        (valueCount, valueBytes, entryCount, nullCount, rowCount) = (0, 0, 0, 0, 0)
    }

    /// Compresses the body. Its first `rawPrefix` bytes stay as they are.
    private mutating func makePage(_ header: inout ParquetPageHeader, rawPrefix: Int) -> ParquetEncodedPage {
        let size = body.count
        header.uncompressedSize = size
        header.isCompressed = false
        var content: Values<UInt8>?
        if options.codec != .uncompressed, size > rawPrefix {
            let room = mastic_compress_bound(options.block, size - rawPrefix)
            if compressed.size < rawPrefix + room { compressed = Buffer(size: rawPrefix + room) }
            let (from, to) = (body.start, compressed.values(of: UInt8.self))
            memcpy(to, from, rawPrefix)
            let written = mastic_compress(
                options.block, Int32(options.compressionLevel ?? -1), from + rawPrefix, size - rawPrefix, to + rawPrefix, room)
            precondition(written >= 0, "a block of \(size) bytes did not fit in the bound of its codec")
            // Version 2 pages may stay as they are when nothing is gained.
            if header.kind != ParquetPageKind.dataV2.rawValue || Int(written) < size - rawPrefix {
                header.isCompressed = true
                let page = Buffer(size: rawPrefix + Int(written))
                memcpy(page.base, to, page.size)
                content = Values(page, count: page.size)
            }
        }
        let page = content ?? body.take()
        header.compressedSize = page.count
        if options.pageChecksums { header.crc = mastic_crc32(0, page.start, page.count) }
        let result = ParquetEncodedPage(header: header.bytes, content: page)
        uncompressedSize += result.header.count + size
        return result
    }

    private mutating func appendLevels(_ levels: UnsafePointer<UInt8>, maximum: Int, isConstant: Bool, isV2: Bool) throws {
        if maximum == 0 { return }
        let width = ParquetPageReader.width(maximum)
        let n = entryCount
        let start = body.count
        body.reserve(mpq_hybrid_bound(Int64(n), width) + 16)
        let out = body.start + start + (isV2 ? 0 : 4)
        var size: Int
        if isConstant {
            let end = mpq_put_varint(out, UInt64(n) << 1)!
            end.pointee = UInt8(maximum)
            size = end + 1 - out
        } else {
            indices.removeAll()
            indices.reserve(n)
            mpq_widen_u8(levels, Int64(n), indices.start)
            size = mpq_hybrid_encode(indices.start, Int64(n), width, out)
        }
        if !isV2 {
            UnsafeMutableRawPointer(body.start + start).storeBytes(of: UInt32(size), as: UInt32.self)
            size += 4
        }
        body.advance(size)
    }

    /// Appends the page's values as dictionary indices. False when the dictionary does not take them.
    private mutating func appendIndices(_ staged: UnsafeRawPointer) throws -> Bool {
        guard isDictionaryOpen, valueCount > 0 else { return false }
        indices.removeAll()
        indices.reserve(valueCount)
        // The first values of a chunk tell whether most of them are new.
        let sample = min(valueCount, 16384)
        var fits = dictionary!.add(staged, sample, limit: options.dictionaryBytes, to: indices.start)
        if dictionaryPages == 0, fits, sample >= 1024, dictionary!.count * 10 > sample * 9 { fits = false }
        if fits, sample < valueCount {
            fits = dictionary!.add(
                staged + sample * leaf.stride, valueCount - sample, limit: options.dictionaryBytes, to: indices.start + sample)
        }
        let width = ParquetPageReader.width(max(dictionary!.count - 1, 1))
        if fits, dictionaryPages == 0 {
            // Below that size nothing is to be gained or lost.
            fits = dictionary!.byteCount + valueCount * Int(width) / 8 < valueBytes || valueBytes < 512
        }
        guard fits else {
            isDictionaryOpen = false
            if dictionaryPages == 0 { dictionary = nil }
            return false
        }
        body.reserve(1 + mpq_hybrid_bound(Int64(valueCount), width))
        body.append(UInt8(width))
        body.advance(mpq_hybrid_encode(indices.start, Int64(valueCount), width, body.start + body.count))
        return true
    }

    /// Appends the page's values without a dictionary. Returns their encoding.
    private mutating func appendPlain(_ staged: UnsafeRawPointer) -> ParquetEncoding {
        let n = Int64(valueCount)
        var encoding = ParquetEncoding.plain
        switch leaf.staging {
        case .boolean:
            let size = (valueCount + 7) / 8
            body.reserve(size + 8)
            memset(body.start + body.count, 0, size)
            mpq_bytes_to_bits(staged.assumingMemoryBound(to: UInt8.self), n, body.start + body.count)
            body.advance(size)
        case .int32, .int64:
            guard options.deltaEncodings else {
                body.append(from: staged.assumingMemoryBound(to: UInt8.self), count: valueCount * leaf.stride)
                break
            }
            encoding = .deltaBinaryPacked
            body.reserve(mpq_delta_bound(n))
            if leaf.staging == .int64 {
                body.advance(mpq_delta_encode(staged.assumingMemoryBound(to: Int64.self), n, 64, body.start + body.count))
            } else {
                let narrow = staged.assumingMemoryBound(to: Int32.self)
                let wide = Buffer(size: valueCount * 8)
                let typed = wide.values(of: Int64.self)
                for i in 0..<valueCount { typed[i] = Int64(narrow[i]) }
                body.advance(mpq_delta_encode(typed, n, 32, body.start + body.count))
            }
        case .float, .double: body.append(from: staged.assumingMemoryBound(to: UInt8.self), count: valueCount * leaf.stride)
        case .decimal:
            body.reserve(valueCount * leaf.typeLength + 16)
            mpq_put_fixed_decimals(staged.assumingMemoryBound(to: mpq_view.self), n, Int64(leaf.typeLength), body.start + body.count)
            body.advance(valueCount * leaf.typeLength)
        case .views:
            let views = staged.assumingMemoryBound(to: mpq_view.self)
            if options.deltaEncodings {
                encoding = appendDeltaStrings(views)
            } else {
                body.reserve(valueBytes + 32)
                body.advance(mpq_put_plain_views(views, n, body.start + body.count))
            }
        }
        plainEncoding = encoding
        return encoding
    }

    private mutating func appendDeltaStrings(_ views: UnsafePointer<mpq_view>) -> ParquetEncoding {
        let n = Int64(valueCount)
        let lengths = Buffer(size: valueCount * 8)
        let prefixes = Buffer(size: valueCount * 8)
        let (length, prefix) = (lengths.values(of: Int64.self), prefixes.values(of: Int64.self))
        let shared = Int(mpq_shared_prefixes(views, n, prefix))
        // All pages of a chunk go one way, so that one encoding stands in its metadata.
        let usesPrefixes = plainPages == 0 ? shared > valueBytes / 8 : plainEncoding == .deltaByteArray
        for i in 0..<valueCount { length[i] = Int64(UInt32(truncatingIfNeeded: views[i].low)) - (usesPrefixes ? prefix[i] : 0) }
        if usesPrefixes {
            body.reserve(mpq_delta_bound(n))
            body.advance(mpq_delta_encode(prefix, n, 32, body.start + body.count))
        }
        body.reserve(mpq_delta_bound(n))
        body.advance(mpq_delta_encode(length, n, 32, body.start + body.count))
        body.reserve(valueBytes + 32)
        if usesPrefixes {
            body.advance(mpq_put_suffixes(views, prefix, n, body.start + body.count))
            return .deltaByteArray
        }
        body.advance(mpq_put_view_bytes(views, n, body.start + body.count))
        return .deltaLengthByteArray
    }

    // MARK: The chunk

    mutating func finish() throws -> ParquetEncodedChunk {
        try flush()
        if dictionaryPages > 0, let dictionary {
            let staged = UnsafeRawPointer(dictionary.values.base)
            statistics.add(staged, count: dictionary.count)
            body.removeAll()
            (valueCount, valueBytes) = (dictionary.count, dictionary.byteCount)
            appendDictionaryValues(staged)
            var header = ParquetPageHeader()
            header.kind = ParquetPageKind.dictionary.rawValue
            header.valueCount = dictionary.count
            header.encoding = ParquetEncoding.plain.rawValue
            dictionaryPage = makePage(&header, rawPrefix: 0)
        }
        var metadata = ParquetChunkMetadata()
        metadata.type = leaf.physical.rawValue
        metadata.path = leaf.path.map { Array($0.utf8) }
        metadata.codec = options.codec.rawValue
        metadata.valueCount = totalValues
        metadata.uncompressedSize = uncompressedSize
        let dictionarySize = dictionaryPage?.size ?? 0
        metadata.compressedSize = pages.reduce(dictionarySize) { $0 + $1.size }
        metadata.dataPageOffset = dictionarySize
        metadata.dictionaryPageOffset = dictionaryPage == nil ? nil : 0
        metadata.statistics = statistics.finish()
        var encodings: [ParquetEncoding] = [.rle]
        let dataKind = options.dataPageVersion == 2 ? ParquetPageKind.dataV2 : .data
        if dictionaryPages > 0 {
            encodings += [.plain, .rleDictionary]
            metadata.pageEncodings.append(ParquetPageEncodingCount(kind: .dictionary, encoding: .plain, count: 1))
            metadata.pageEncodings.append(ParquetPageEncodingCount(kind: dataKind, encoding: .rleDictionary, count: dictionaryPages))
        }
        if plainPages > 0 {
            if !encodings.contains(plainEncoding) { encodings.append(plainEncoding) }
            metadata.pageEncodings.append(ParquetPageEncodingCount(kind: dataKind, encoding: plainEncoding, count: plainPages))
        }
        metadata.encodings = encodings.map(\.rawValue)
        return ParquetEncodedChunk(pages: (dictionaryPage.map { [$0] } ?? []) + pages, metadata: metadata)
    }

    /// Dictionary pages are always PLAIN.
    private mutating func appendDictionaryValues(_ staged: UnsafeRawPointer) {
        switch leaf.staging {
        case .views:
            body.reserve(valueBytes + 32)
            body.advance(mpq_put_plain_views(staged.assumingMemoryBound(to: mpq_view.self), Int64(valueCount), body.start + body.count))
        case .decimal:
            body.reserve(valueCount * leaf.typeLength + 16)
            mpq_put_fixed_decimals(staged.assumingMemoryBound(to: mpq_view.self), Int64(valueCount), Int64(leaf.typeLength), body.start + body.count)
            body.advance(valueCount * leaf.typeLength)
        default: body.append(from: staged.assumingMemoryBound(to: UInt8.self), count: valueCount * leaf.stride)
        }
    }
}

extension ParquetWriteOptions {
    /// The codec's block form.
    fileprivate var block: mastic_codec {
        switch compression {
        case .snappy, .uncompressed: MASTIC_CODEC_SNAPPY
        case .gzip: MASTIC_CODEC_GZIP
        case .zstd: MASTIC_CODEC_ZSTD
        case .lz4Raw: MASTIC_CODEC_LZ4
        case .brotli: MASTIC_CODEC_BROTLI
        }
    }
}
