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
    let index: ParquetChunkIndex
    var size: Int { metadata.compressedSize }
}

struct ParquetEncodedPage: Sendable {
    let header: [UInt8]
    let content: Values<UInt8>
    var size: Int { header.count + content.count }
}

/// What a leaf encoder has of the page that it fills.
struct ParquetStagedPage {
    var values = GrowingBuffer<UInt8>(capacity: 1 << 10)
    var valueCount = 0
    var definition = GrowingBuffer<UInt8>(capacity: 16)
    var repetition = GrowingBuffer<UInt8>(capacity: 16)
    /// Entries of the page. Levels of a flat leaf are kept only once the page may have a null.
    var entryCount = 0
    var nullCount = 0
    var rowCount = 0
    /// What is staged: values, or 32-bit places in the dictionary.
    var stagesPlaces = false

    mutating func removeAll() {
        values.removeAll()
        definition.removeAll()
        repetition.removeAll()
        (valueCount, entryCount, nullCount, rowCount) = (0, 0, 0, 0)
    }
}

/// Encodes one leaf of one row group.
///
/// Values are staged without their nulls until a page is full: as PLAIN has them, so that most pages need only be compressed, or as places in the
/// dictionary once strings have one. A full page goes through the dictionary as long as that pays, then through the codec, and waits for the end
/// of the row group. Nothing that is appended must stay.
final class ParquetLeafEncoder {
    let leaf: ParquetWriteLeaf
    let options: ParquetWriteOptions
    let failure: (String) -> FormatError
    // Asked for with every few rows.
    let staging: ParquetWriteLeaf.Staging
    let stride: Int
    let isFlat: Bool
    let pageRows: Int
    private let pageLimit: Int

    /// In memory of its own, because a property of a class is checked for exclusive access whenever it changes.
    let page: UnsafeMutablePointer<ParquetStagedPage>

    var dictionary: ParquetDictionaryBuilder?
    /// Whether pages may still go through the dictionary.
    private var isDictionaryOpen = false
    private var dictionaryPages = 0
    private var plainPages = 0
    private var plainEncoding = ParquetEncoding.plain
    private var statistics: ParquetStatisticsCollector
    private var index = ParquetChunkIndexBuilder()
    private var pages: [ParquetEncodedPage] = []
    private var finishedBytes = 0
    private var dictionaryBytes = 0
    private var uncompressedSize = 0
    private var totalValues = 0
    private var totalRows = 0
    /// The dictionary that the last rows came from, and its values' places in this chunk's dictionary; `UInt32.max` where not known yet.
    var sourceDictionary: Column?
    var sourceID: ObjectIdentifier?
    var sourcePlaces = Buffer(size: 0)

    init(_ leaf: ParquetWriteLeaf, _ options: ParquetWriteOptions, failure: @escaping (String) -> FormatError) {
        (self.leaf, self.options, self.failure) = (leaf, options, failure)
        (staging, stride) = (leaf.staging, leaf.stride)
        isFlat = leaf.maximumRepetition == 0 && leaf.maximumDefinition == 1
        (pageRows, pageLimit) = (max(options.pageRows, 1), options.pageBytes)
        page = .allocate(capacity: 1)
        page.initialize(to: ParquetStagedPage())
        statistics = ParquetStatisticsCollector(leaf)
        if options.dictionary, leaf.physical != .boolean, leaf.type != .null {
            dictionary = ParquetDictionaryBuilder(leaf)
            isDictionaryOpen = true
        }
    }

    deinit {
        page.deinitialize(count: 1)
        page.deallocate()
    }

    /// Bytes in memory, about.
    var heldBytes: Int {
        page.pointee.values.count + page.pointee.definition.count + page.pointee.repetition.count + finishedBytes + dictionaryBytes
    }

    /// Bytes that the staged values take in a page without a dictionary.
    private var plainBytes: Int {
        switch staging {
        case .views: page.pointee.values.count
        case .decimal: page.pointee.valueCount * leaf.typeLength
        default: page.pointee.valueCount * stride
        }
    }

    /// Whether what is staged makes a page.
    var isFull: Bool { page.pointee.entryCount >= pageRows || page.pointee.values.count >= pageLimit }

    // MARK: Pages

    /// Makes a page of what is staged.
    ///
    /// - Parameter isLast: whether it ends the chunk.
    func flush(isLast: Bool = false) throws {
        if page.pointee.entryCount == 0 { return }
        let scratch = ParquetPageScratch.take()
        defer { ParquetPageScratch.giveBack(scratch) }
        scratch.body.removeAll()
        scratch.indices.removeAll()
        scratch.views.removeAll()
        scratch.marks.removeAll()
        var header = ParquetPageHeader()
        header.valueCount = page.pointee.entryCount
        header.nullCount = page.pointee.nullCount
        header.rowCount = page.pointee.rowCount
        let isV2 = options.dataPageVersion == 2
        appendLevels(page.pointee.repetition.start, maximum: leaf.maximumRepetition, isConstant: false, isV2: isV2, scratch)
        header.repetitionLength = scratch.body.count
        appendLevels(page.pointee.definition.start, maximum: leaf.maximumDefinition, isConstant: isFlat && page.pointee.nullCount == 0, isV2: isV2, scratch)
        header.definitionLength = scratch.body.count - header.repetitionLength
        let levels = scratch.body.count

        var bounds = ParquetStatisticsCollector(leaf)
        bounds.add(nulls: page.pointee.nullCount)
        if appendPlaces(&bounds, isLast: isLast, scratch) {
            header.encoding = ParquetEncoding.rleDictionary.rawValue
            dictionaryPages += 1
        } else {
            header.encoding = appendPlain(&bounds, scratch).rawValue
            plainPages += 1
        }
        statistics.merge(bounds)
        // Sizes have 31 bits, and LZ4 takes somewhat less.
        guard scratch.body.count <= 0x7e00_0000 else {
            throw failure("has a page of \(scratch.body.count) bytes, Parquet's pages hold less than 2^31; encode batches of fewer rows")
        }
        header.kind = isV2 ? ParquetPageKind.dataV2.rawValue : ParquetPageKind.data.rawValue
        let made = makePage(&header, rawPrefix: isV2 ? levels : 0, scratch)
        index.add(bounds, firstRow: totalRows, size: made.size, isAllNull: page.pointee.valueCount == 0)
        pages.append(made)
        totalValues += page.pointee.entryCount
        totalRows += page.pointee.rowCount
        page.pointee.removeAll()
        dictionaryBytes = dictionary?.heldBytes ?? 0
        if isDictionaryOpen, dictionaryPages > 0, staging == .views, isFlat { page.pointee.stagesPlaces = true }
    }

    /// Ends the page of dictionary places, because the dictionary has no room for what comes next.
    func closeDictionary() throws {
        try flush()
        isDictionaryOpen = false
        page.pointee.stagesPlaces = false
        (sourceDictionary, sourcePlaces) = (nil, Buffer(size: 0))
    }

    /// Compresses the body. Its first `rawPrefix` bytes stay as they are.
    private func makePage(_ header: inout ParquetPageHeader, rawPrefix: Int, _ scratch: ParquetPageScratch) -> ParquetEncodedPage {
        let size = scratch.body.count
        header.uncompressedSize = size
        header.isCompressed = false
        var from = UnsafePointer<UInt8>(scratch.body.start)
        var count = size
        if options.codec != .uncompressed, size > rawPrefix {
            let room = mastic_compress_bound(options.block, size - rawPrefix)
            if scratch.compressed.size < rawPrefix + room { scratch.compressed = Buffer(size: rawPrefix + room) }
            let to = scratch.compressed.values(of: UInt8.self)
            memcpy(to, from, rawPrefix)
            let written = mastic_compress(
                options.block, Int32(options.compressionLevel ?? -1), from + rawPrefix, size - rawPrefix, to + rawPrefix, room)
            precondition(written >= 0, "a block of \(size) bytes did not fit in the bound of its codec")
            // Version 2 pages may stay as they are when nothing is gained.
            if header.kind != ParquetPageKind.dataV2.rawValue || Int(written) < size - rawPrefix {
                header.isCompressed = true
                (from, count) = (UnsafePointer(to), rawPrefix + Int(written))
            }
        }
        let content = Buffer(size: count)
        memcpy(content.base, from, count)
        header.compressedSize = count
        if options.pageChecksums { header.crc = mastic_crc32(0, content.base, count) }
        let result = ParquetEncodedPage(header: header.bytes, content: Values(content, count: count))
        uncompressedSize += result.header.count + size
        finishedBytes += result.size
        return result
    }

    private func appendLevels(_ levels: UnsafePointer<UInt8>, maximum: Int, isConstant: Bool, isV2: Bool, _ scratch: ParquetPageScratch) {
        if maximum == 0 { return }
        let width = ParquetPageReader.width(maximum)
        let n = page.pointee.entryCount
        let start = scratch.body.count
        scratch.body.reserve((isConstant ? 16 : mpq_hybrid_bound(Int64(n), width)) + 16)
        let out = scratch.body.start + start + (isV2 ? 0 : 4)
        var size: Int
        if isConstant {
            let end = mpq_put_varint(out, UInt64(n) << 1)!
            end.pointee = UInt8(maximum)
            size = end + 1 - out
        } else {
            scratch.indices.removeAll()
            scratch.indices.reserve(n)
            mpq_widen_u8(levels, Int64(n), scratch.indices.start)
            size = mpq_hybrid_encode(scratch.indices.start, Int64(n), width, out)
        }
        if !isV2 {
            UnsafeMutableRawPointer(scratch.body.start + start).storeBytes(of: UInt32(size), as: UInt32.self)
            size += 4
        }
        scratch.body.advance(size)
    }

    /// The staged values in the form in which they are compared: strings as views, which lead into what is staged.
    private func comparable(_ scratch: ParquetPageScratch) -> UnsafeRawPointer {
        guard staging == .views else { return UnsafeRawPointer(page.pointee.values.start) }
        if scratch.views.count == 0, page.pointee.valueCount > 0 {
            scratch.views.reserve(page.pointee.valueCount)
            // Views are made by whole words.
            page.pointee.values.reserve(16)
            let (start, end) = (page.pointee.values.start, page.pointee.values.start + page.pointee.values.count)
            let last = mpq_plain_views(start, end, Int64(page.pointee.valueCount), scratch.views.start)
            assert(last == UnsafePointer(end))
            scratch.views.advance(page.pointee.valueCount)
        }
        return UnsafeRawPointer(scratch.views.start)
    }

    /// Appends the page's values as places in the dictionary. False when the dictionary does not take them.
    private func appendPlaces(_ bounds: inout ParquetStatisticsCollector, isLast: Bool, _ scratch: ParquetPageScratch) -> Bool {
        guard isDictionaryOpen || page.pointee.stagesPlaces, page.pointee.valueCount > 0 else { return false }
        if page.pointee.stagesPlaces {
            // Staged bytes begin where a buffer does.
            return UnsafeRawPointer(page.pointee.values.start).withMemoryRebound(to: UInt32.self, capacity: page.pointee.valueCount) { places in
                appendPlaces(places, &bounds, scratch)
                return true
            }
        }
        scratch.indices.removeAll()
        scratch.indices.reserve(page.pointee.valueCount)
        let out = scratch.indices.start
        guard addToDictionary(comparable(scratch), out, isLast: isLast) else {
            isDictionaryOpen = false
            if dictionaryPages == 0 { dictionary = nil }
            return false
        }
        scratch.indices.advance(page.pointee.valueCount)
        appendPlaces(out, &bounds, scratch)
        return true
    }

    /// Gives the staged values their places. False when the dictionary does not pay or has no room.
    private func addToDictionary(_ staged: UnsafeRawPointer, _ out: UnsafeMutablePointer<UInt32>, isLast: Bool) -> Bool {
        let room = options.dictionaryBytes
        var done = 0
        // The first values of a chunk tell whether most of them are new: nearly all of few, or most of many.
        if dictionaryPages == 0 {
            for (sample, share) in [(2048, 0.99), (16384, 0.9)] where sample <= page.pointee.valueCount {
                guard dictionary!.add(staged + done * stride, sample - done, limit: room, to: out + done) else { return false }
                done = sample
                if Double(dictionary!.count) > Double(sample) * share { return false }
            }
        }
        guard dictionary!.add(staged + done * stride, page.pointee.valueCount - done, limit: room, to: out + done) else { return false }
        if dictionaryPages > 0 { return true }
        if page.pointee.valueCount >= 1024, dictionary!.count * 10 > page.pointee.valueCount * 9 { return false }
        let width = Int(ParquetPageReader.width(max(dictionary!.count - 1, 1)))
        // Below some size nothing is to be gained or lost; further pages need fewer new values than the first.
        let limit = isLast || page.pointee.valueCount < 1024 ? plainBytes : plainBytes / 4 * 5
        return dictionary!.byteCount + page.pointee.valueCount * width / 8 < limit || plainBytes < 512
    }

    private func appendPlaces(_ places: UnsafePointer<UInt32>, _ bounds: inout ParquetStatisticsCollector, _ scratch: ParquetPageScratch) {
        let dictionary = dictionary!
        let n = Int64(page.pointee.valueCount)
        let width = ParquetPageReader.width(max(dictionary.count - 1, 1))
        scratch.body.reserve(1 + mpq_hybrid_bound(n, width))
        scratch.body.append(UInt8(width))
        scratch.body.advance(mpq_hybrid_encode(places, n, width, scratch.body.start + scratch.body.count))
        // The bounds are those of the values that the page has, each looked at once.
        scratch.marks.removeAll()
        scratch.marks.append(repeating: 0, count: dictionary.count)
        mpq_mark(places, n, scratch.marks.start)
        let used = Buffer(size: (dictionary.count + 1) * 4)
        let found = mpq_marked(scratch.marks.start, Int64(dictionary.count), used.values(of: UInt32.self))
        let gathered = Buffer(size: Int(found) * stride)
        switch stride {
        case 4: mpq_gather_32(dictionary.values.values(of: UInt32.self), used.values(of: UInt32.self), found, gathered.values(of: UInt32.self))
        case 8: mpq_gather_64(dictionary.values.values(of: UInt64.self), used.values(of: UInt32.self), found, gathered.values(of: UInt64.self))
        default: mpq_gather_128(dictionary.values.values(of: mpq_view.self), used.values(of: UInt32.self), found, gathered.values(of: mpq_view.self))
        }
        bounds.add(UnsafeRawPointer(gathered.base), count: Int(found))
        withExtendedLifetime((used, gathered)) {}
    }

    /// Appends the page's values without a dictionary. Returns their encoding.
    private func appendPlain(_ bounds: inout ParquetStatisticsCollector, _ scratch: ParquetPageScratch) -> ParquetEncoding {
        let staged = UnsafeRawPointer(page.pointee.values.start)
        let n = Int64(page.pointee.valueCount)
        bounds.add(comparable(scratch), count: page.pointee.valueCount)
        var encoding = ParquetEncoding.plain
        switch staging {
        case .boolean:
            let size = (page.pointee.valueCount + 7) / 8
            scratch.body.reserve(size + 8)
            memset(scratch.body.start + scratch.body.count, 0, size)
            mpq_bytes_to_bits(staged.assumingMemoryBound(to: UInt8.self), n, scratch.body.start + scratch.body.count)
            scratch.body.advance(size)
        case .int32, .int64:
            guard options.deltaEncodings else {
                scratch.body.append(from: page.pointee.values.start, count: page.pointee.values.count)
                break
            }
            encoding = .deltaBinaryPacked
            scratch.body.reserve(mpq_delta_bound(n))
            if staging == .int64 {
                scratch.body.advance(mpq_delta_encode(staged.assumingMemoryBound(to: Int64.self), n, 64, scratch.body.start + scratch.body.count))
            } else {
                let narrow = staged.assumingMemoryBound(to: Int32.self)
                let wide = Buffer(size: page.pointee.valueCount * 8)
                let typed = wide.values(of: Int64.self)
                for i in 0..<page.pointee.valueCount { typed[i] = Int64(narrow[i]) }
                scratch.body.advance(mpq_delta_encode(typed, n, 32, scratch.body.start + scratch.body.count))
            }
        case .float, .double: scratch.body.append(from: page.pointee.values.start, count: page.pointee.values.count)
        case .decimal:
            scratch.body.reserve(page.pointee.valueCount * leaf.typeLength + 16)
            mpq_put_fixed_decimals(
                staged.assumingMemoryBound(to: mpq_view.self), n, Int64(leaf.typeLength), scratch.body.start + scratch.body.count)
            scratch.body.advance(page.pointee.valueCount * leaf.typeLength)
        case .views:
            if options.deltaEncodings {
                encoding = appendDeltaStrings(scratch)
            } else {
                scratch.body.append(from: page.pointee.values.start, count: page.pointee.values.count)
            }
        }
        plainEncoding = encoding
        return encoding
    }

    private func appendDeltaStrings(_ scratch: ParquetPageScratch) -> ParquetEncoding {
        let views = UnsafePointer(scratch.views.start)
        let n = Int64(page.pointee.valueCount)
        let lengths = Buffer(size: page.pointee.valueCount * 8)
        let prefixes = Buffer(size: page.pointee.valueCount * 8)
        let (length, prefix) = (lengths.values(of: Int64.self), prefixes.values(of: Int64.self))
        let shared = Int(mpq_shared_prefixes(views, n, prefix))
        // All pages of a chunk go one way, so that one encoding stands in its metadata.
        let usesPrefixes = plainPages == 0 ? shared > plainBytes / 8 : plainEncoding == .deltaByteArray
        for i in 0..<page.pointee.valueCount { length[i] = Int64(UInt32(truncatingIfNeeded: views[i].low)) - (usesPrefixes ? prefix[i] : 0) }
        if usesPrefixes {
            scratch.body.reserve(mpq_delta_bound(n))
            scratch.body.advance(mpq_delta_encode(prefix, n, 32, scratch.body.start + scratch.body.count))
        }
        scratch.body.reserve(mpq_delta_bound(n))
        scratch.body.advance(mpq_delta_encode(length, n, 32, scratch.body.start + scratch.body.count))
        scratch.body.reserve(plainBytes + 32)
        if usesPrefixes {
            scratch.body.advance(mpq_put_suffixes(views, prefix, n, scratch.body.start + scratch.body.count))
            return .deltaByteArray
        }
        scratch.body.advance(mpq_put_view_bytes(views, n, scratch.body.start + scratch.body.count))
        return .deltaLengthByteArray
    }

    // MARK: The chunk

    func finish() throws -> ParquetEncodedChunk {
        try flush(isLast: true)
        let dictionaryPage = dictionaryPages > 0 ? makeDictionaryPage() : nil
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
        return ParquetEncodedChunk(
            pages: (dictionaryPage.map { [$0] } ?? []) + pages, metadata: metadata, index: index.finish(firstOffset: dictionarySize))
    }

    /// Dictionary pages are always PLAIN.
    private func makeDictionaryPage() -> ParquetEncodedPage? {
        guard let dictionary else { return nil }
        let scratch = ParquetPageScratch.take()
        defer { ParquetPageScratch.giveBack(scratch) }
        scratch.body.removeAll()
        let n = dictionary.count
        switch staging {
        case .views:
            scratch.body.reserve(dictionary.byteCount + 32)
            scratch.body.advance(mpq_put_plain_views(dictionary.values.values(of: mpq_view.self), Int64(n), scratch.body.start))
        case .decimal:
            scratch.body.reserve(n * leaf.typeLength + 16)
            mpq_put_fixed_decimals(dictionary.values.values(of: mpq_view.self), Int64(n), Int64(leaf.typeLength), scratch.body.start)
            scratch.body.advance(n * leaf.typeLength)
        default: scratch.body.append(from: dictionary.values.values(of: UInt8.self), count: n * stride)
        }
        var header = ParquetPageHeader()
        header.kind = ParquetPageKind.dictionary.rawValue
        header.valueCount = n
        header.encoding = ParquetEncoding.plain.rawValue
        return makePage(&header, rawPrefix: 0, scratch)
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
