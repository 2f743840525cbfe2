internal import CCodecs
internal import CKernels
internal import Columnar
internal import Glibc

/// A data or dictionary page, decompressed.
struct ParquetPage {
    /// Readable bytes behind every page, because kernels load whole words.
    static let padding = 64

    let header: ParquetPageHeader
    /// Of the header, in the file.
    let offset: Int
    /// Position of the page's first value in the column chunk.
    let firstValue: Int
    /// Keeps the bytes below alive.
    let owner: Buffer
    let repetition: mpq_hybrid
    let definition: mpq_hybrid
    let values: UnsafePointer<UInt8>
    let valuesEnd: UnsafePointer<UInt8>
}

/// Walks the pages of one column chunk, which it holds in memory whole, or only those pages that are wanted.
final class ParquetPageReader {
    private let leaf: ParquetLeaf
    private let source: String
    private let chunk: Buffer
    /// Bytes of the part; `ParquetPage.padding` more are readable.
    private var size: Int
    /// Offset of the part in the file, less its offset in `chunk`.
    private var origin: Int
    private let compression: ParquetCompression
    private var position = 0
    /// Values of the part that no page has given yet.
    private(set) var valuesLeft: Int
    /// Position of the next data page's first value.
    private var nextValue = 0
    private var partsLeft: ArraySlice<Part>

    /// Pages that follow each other in the file.
    private struct Part {
        /// In the file.
        var offset: Int
        var size: Int
        var firstValue: Int
        var valueCount: Int
    }

    /// Data pages of a flat column, whose values are its rows.
    struct Selection {
        let locations: [ParquetPageLocation]
        /// Positions in `locations`, in order.
        let wanted: [Int]
        let rowCount: Int

        init(locations: [ParquetPageLocation], wanted: [Int], rowCount: Int) {
            (self.locations, self.wanted, self.rowCount) = (locations, wanted, rowCount)
        }

        /// The pages that hold some of the rows, which are ranges in order.
        init(locations: [ParquetPageLocation], rows: [Range<Int>], rowCount: Int) {
            var wanted: [Int] = []
            var left = rows[...]
            for page in locations.indices {
                let (first, end) = (locations[page].firstRow, page + 1 < locations.count ? locations[page + 1].firstRow : rowCount)
                while let range = left.first, range.upperBound <= first { left = left.dropFirst() }
                if let range = left.first, range.lowerBound < end { wanted.append(page) }
            }
            self.init(locations: locations, wanted: wanted, rowCount: rowCount)
        }

        func rows(_ page: Int) -> Range<Int> {
            locations[page].firstRow..<(page + 1 < locations.count ? locations[page + 1].firstRow : rowCount)
        }
    }

    /// - Parameters:
    ///   - end: where the data of the file ends and its footer begins.
    ///   - selection: the data pages to give; nil for all.
    init(_ source: any ByteSource, _ column: ParquetColumnChunk, leaf: ParquetLeaf, end: Int, selection: Selection? = nil) throws {
        self.leaf = leaf
        self.source = source.name
        func failure(_ code: FormatError.Code, _ offset: Int?, _ message: String) -> FormatError {
            FormatError(code, source: source.name, offset: offset, "column '\(leaf.path)' \(message)")
        }
        guard !column.isEncrypted else { throw failure(.unsupported, nil, "is encrypted (Parquet modular encryption), which is not read") }
        guard let metadata = column.metadata else { throw failure(.malformed, nil, "has no metadata") }
        if let path = column.filePath, !path.isEmpty { throw failure(.unsupported, nil, "lies in another file, '\(path)', which is not read") }
        guard metadata.type == leaf.physical.rawValue else {
            throw failure(.malformed, nil, "has the physical type \(metadata.type), its schema says \(leaf.physical.rawValue)")
        }
        guard let compression = ParquetCompression(rawValue: metadata.codec) else {
            throw failure(.unsupported, nil, "is compressed with codec number \(metadata.codec), which is not known")
        }
        guard compression != .lzo else { throw failure(.unsupported, nil, "is compressed with LZO, which is not read") }
        self.compression = compression
        // Some writers say 0 where there is no dictionary.
        var start = metadata.dataPageOffset
        if let dictionary = metadata.dictionaryPageOffset, dictionary > 0, dictionary < start { start = dictionary }
        guard start >= 4 || metadata.valueCount == 0, start <= end, metadata.compressedSize <= end - start else {
            throw failure(.malformed, start, "is said to lie at \(start) with \(metadata.compressedSize) bytes, the data of the file ends at \(end)")
        }
        var parts: [Part] = []
        if let selection {
            if start < metadata.dataPageOffset { parts.append(Part(offset: start, size: metadata.dataPageOffset - start, firstValue: 0, valueCount: 0)) }
            for page in selection.wanted {
                let (location, rows) = (selection.locations[page], selection.rows(page))
                if let last = parts.last, last.valueCount > 0, last.firstValue + last.valueCount == rows.lowerBound {
                    parts[parts.count - 1].size = location.offset + location.size - last.offset
                    parts[parts.count - 1].valueCount += rows.count
                } else {
                    parts.append(Part(offset: location.offset, size: location.size, firstValue: rows.lowerBound, valueCount: rows.count))
                }
            }
        } else if metadata.valueCount > 0 {
            // parquet-mr before 1.2.9 left the dictionary page's header out of the size (PARQUET-816).
            parts = [Part(offset: start, size: min(end - start, metadata.compressedSize + 100), firstValue: 0, valueCount: metadata.valueCount)]
        }
        chunk = Buffer(size: parts.reduce(0) { $0 + $1.size } + ParquetPage.padding)
        var filled = 0
        for part in parts {
            try source.read(at: part.offset, into: UnsafeMutableRawBufferPointer(start: chunk.base + filled, count: part.size))
            filled += part.size
        }
        memset(chunk.base + filled, 0, ParquetPage.padding)
        partsLeft = parts[...]
        (size, origin, valuesLeft) = (0, start, 0)
    }

    /// Goes on to the next part. False when there is none.
    private func nextPart() -> Bool {
        guard let part = partsLeft.popFirst() else { return false }
        // Parts lie in the chunk one after the other.
        position = size
        origin = part.offset - size
        size += part.size
        (nextValue, valuesLeft) = (part.firstValue, part.valueCount)
        isDictionaryPart = part.valueCount == 0
        return true
    }

    /// Whether the part holds the dictionary alone.
    private var isDictionaryPart = false

    func failure(_ code: FormatError.Code, at offset: Int, _ message: String) -> FormatError {
        FormatError(code, source: source, offset: offset, "column '\(leaf.path)': \(message)")
    }

    /// Returns the next dictionary or data page, or nil when all values have been given.
    ///
    /// - Parameter first: data pages that end before this value are passed over, without a look at what is in them.
    func next(from first: Int = 0) throws -> ParquetPage? {
        while true {
            if valuesLeft == 0, !(isDictionaryPart && position < size) {
                guard nextPart() else { return nil }
                continue
            }
            guard position < size else {
                throw failure(.truncated, at: origin + position, "its pages end, and \(valuesLeft) values are still to come")
            }
            let offset = origin + position
            var reader = ThriftReader(
                UnsafeRawBufferPointer(start: chunk.base + position, count: size - position), source: source, origin: offset)
            let header = try ParquetPageHeader(reading: &reader)
            position += reader.position
            guard header.compressedSize <= size - position else {
                throw failure(.truncated, at: offset, "a page of \(header.compressedSize) bytes does not fit in its column chunk, \(size - position) are left")
            }
            let bytes = UnsafeRawBufferPointer(start: chunk.base + position, count: header.compressedSize)
            position += header.compressedSize
            guard let kind = ParquetPageKind(rawValue: header.kind), kind != .index else { continue }
            guard header.hasOwnHeader else { throw failure(.malformed, at: offset, "a \(kind) page has no header of its own") }
            if kind != .dictionary, header.valueCount <= valuesLeft, nextValue + header.valueCount <= first {
                valuesLeft -= header.valueCount
                nextValue += header.valueCount
                continue
            }
            if let crc = header.crc, mastic_crc32(0, bytes.baseAddress, bytes.count) != crc {
                throw failure(.malformed, at: offset, "a page's bytes do not match its checksum")
            }
            switch kind {
            case .dictionary:
                if isDictionaryPart { position = size }
                return try dictionaryPage(header, bytes, offset)
            case .data, .dataV2:
                guard header.valueCount <= valuesLeft else {
                    throw failure(.malformed, at: offset, "a page has \(header.valueCount) values, the column chunk has \(valuesLeft) left")
                }
                valuesLeft -= header.valueCount
                nextValue += header.valueCount
                if header.valueCount == 0 { continue }
                return kind == .data ? try dataPage(header, bytes, offset) : try dataPageV2(header, bytes, offset)
            case .index: continue
            }
        }
    }

    /// The page's bytes without compression, and their owner.
    private func decompressed(
        _ bytes: UnsafeRawBufferPointer, size: Int, isCompressed: Bool = true, _ offset: Int
    ) throws -> (Buffer, UnsafePointer<UInt8>, Int) {
        if compression == .uncompressed || !isCompressed {
            return (chunk, UnsafePointer(bytes.baseAddress!.assumingMemoryBound(to: UInt8.self)), bytes.count)
        }
        if bytes.isEmpty {
            guard size == 0 else { throw failure(.malformed, at: offset, "a page of no bytes is said to hold \(size)") }
            return (chunk, UnsafePointer(bytes.baseAddress!.assumingMemoryBound(to: UInt8.self)), 0)
        }
        let buffer = try ParquetBlockCodec.decompress(compression, bytes, size: size) { failure($0, at: offset, $1) }
        return (buffer, UnsafePointer(buffer.values(of: UInt8.self)), size)
    }

    private func dictionaryPage(_ header: ParquetPageHeader, _ bytes: UnsafeRawBufferPointer, _ offset: Int) throws -> ParquetPage {
        let (owner, start, count) = try decompressed(bytes, size: header.uncompressedSize, offset)
        let none = mpq_hybrid_constant(0, 0)
        return ParquetPage(
            header: header, offset: offset, firstValue: 0, owner: owner, repetition: none, definition: none, values: start, valuesEnd: start + count)
    }

    private func dataPage(_ header: ParquetPageHeader, _ bytes: UnsafeRawBufferPointer, _ offset: Int) throws -> ParquetPage {
        let (owner, start, count) = try decompressed(bytes, size: header.uncompressedSize, offset)
        var at = start
        let end = start + count
        func levels(_ encoding: Int32, maximum: Int, _ what: String) throws -> mpq_hybrid {
            if maximum == 0 { return mpq_hybrid_constant(0, Int64(header.valueCount)) }
            let width = Self.width(maximum)
            switch ParquetEncoding(rawValue: encoding) {
            case .rle:
                guard end - at >= 4 else { throw failure(.truncated, at: offset, "the \(what) levels have no length") }
                let length = Int(mpq_load32(at))
                guard length <= end - (at + 4) else {
                    throw failure(.truncated, at: offset, "\(what) levels of \(length) bytes do not fit in the page, \(end - (at + 4)) are left")
                }
                defer { at += 4 + length }
                return mpq_hybrid_make(at + 4, at + 4 + length, width)
            case .bitPacked:
                let length = (header.valueCount * Int(width) + 7) / 8
                guard length <= end - at else {
                    throw failure(.truncated, at: offset, "\(what) levels of \(length) bytes do not fit in the page, \(end - at) are left")
                }
                defer { at += length }
                return mpq_hybrid_make_msb(at, at + length, width, Int64(header.valueCount))
            default: throw failure(.unsupported, at: offset, "\(what) levels in encoding \(encoding) are not read")
            }
        }
        let repetition = try levels(header.repetitionEncoding, maximum: leaf.maximumRepetition, "repetition")
        let definition = try levels(header.definitionEncoding, maximum: leaf.maximumDefinition, "definition")
        return ParquetPage(
            header: header, offset: offset, firstValue: nextValue - header.valueCount, owner: owner, repetition: repetition, definition: definition,
            values: at, valuesEnd: end)
    }

    private func dataPageV2(_ header: ParquetPageHeader, _ bytes: UnsafeRawBufferPointer, _ offset: Int) throws -> ParquetPage {
        let (repetitionLength, definitionLength) = (header.repetitionLength, header.definitionLength)
        guard repetitionLength <= bytes.count, definitionLength <= bytes.count - repetitionLength else {
            throw failure(.malformed, at: offset, "levels of \(repetitionLength) and \(definitionLength) bytes do not fit in a page of \(bytes.count)")
        }
        let levels = repetitionLength + definitionLength
        guard header.uncompressedSize >= levels else {
            throw failure(.malformed, at: offset, "a page of \(header.uncompressedSize) bytes is said to have \(levels) bytes of levels")
        }
        let start = UnsafePointer(bytes.baseAddress!.assumingMemoryBound(to: UInt8.self))
        func hybrid(_ from: Int, _ length: Int, maximum: Int) -> mpq_hybrid {
            if maximum == 0 { return mpq_hybrid_constant(0, Int64(header.valueCount)) }
            return mpq_hybrid_make(start + from, start + from + length, Self.width(maximum))
        }
        let body = UnsafeRawBufferPointer(rebasing: bytes[levels...])
        let owner: Buffer
        let values: UnsafePointer<UInt8>
        let count: Int
        if body.isEmpty {
            // A page of nulls alone may say any size here.
            (owner, values, count) = (chunk, start + levels, 0)
        } else {
            (owner, values, count) = try decompressed(body, size: header.uncompressedSize - levels, isCompressed: header.isCompressed, offset)
        }
        return ParquetPage(
            header: header, offset: offset, firstValue: nextValue - header.valueCount, owner: owner, repetition: hybrid(0, repetitionLength, maximum: leaf.maximumRepetition),
            definition: hybrid(repetitionLength, definitionLength, maximum: leaf.maximumDefinition), values: values, valuesEnd: values + count)
    }

    /// Bits that hold levels up to `maximum`.
    static func width(_ maximum: Int) -> UInt32 { UInt32(Int.bitWidth - maximum.leadingZeroBitCount) }
}
