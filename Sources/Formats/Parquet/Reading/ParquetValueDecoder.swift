internal import CKernels
internal import Columnar
internal import Glibc

/// Decodes the values of one page, a run at a time, into the form that they have in the column (Encodings.md).
///
/// A run goes from the page into physical values - in place where the encoding is PLAIN - and from there through the column's conversion. Indices
/// into a dictionary are left to the caller, who knows whether to keep them.
struct ParquetValueDecoder {
    private enum State {
        case plainFixed, plainBits(at: UInt64), plainBytes
        case dictionary
        case runs
        case delta
        /// Lengths of the values, prefixes where the encoding is DELTA_BYTE_ARRAY, and the values given so far.
        case lengths(Buffer, prefixes: Buffer?, count: Int, at: Int)
        case streams(total: Int, at: Int)
    }

    private let conversion: ParquetConversion
    private let width: Int
    private let stride: Int
    private var state: State
    private var at: UnsafePointer<UInt8>
    private let end: UnsafePointer<UInt8>
    private var hybrid = mpq_hybrid()
    private var delta = mpq_delta()
    /// Keeps the page's bytes alive.
    let owner: Buffer
    /// The string before, for DELTA_BYTE_ARRAY.
    private var previous: StringView = .empty
    private var previousOwner: Buffer?

    /// Whether the page's values are indices into the dictionary.
    var isDictionary: Bool { if case .dictionary = state { true } else { false } }

    /// - Parameter encoding: of the page's values.
    init(_ page: ParquetPage, _ leaf: ParquetLeaf, encoding: Int32, failure: (FormatError.Code, String) -> FormatError) throws {
        conversion = leaf.conversion
        width = ParquetConversion.width(leaf.physical, length: leaf.typeLength)
        stride = ParquetConversion.stride(of: leaf.type)
        (at, end, owner) = (page.values, page.valuesEnd, page.owner)
        func wrong() -> FormatError { failure(.malformed, "its encoding does not go with its type, \(leaf.physical)") }
        guard let known = ParquetEncoding(rawValue: encoding) else { throw failure(.unsupported, "values in encoding \(encoding) are not read") }
        switch known {
        case .plain: state = leaf.physical == .boolean ? .plainBits(at: 0) : leaf.physical == .byteArray ? .plainBytes : .plainFixed
        case .plainDictionary, .rleDictionary:
            guard leaf.physical != .boolean else { throw wrong() }
            state = .dictionary
            // A page of nulls alone may lack even the width.
            if at < end {
                guard at.pointee <= 32 else { throw failure(.malformed, "dictionary indices of \(at.pointee) bits are wider than 32") }
                hybrid = mpq_hybrid_make(at + 1, end, UInt32(at.pointee))
            }
        case .rle:
            guard leaf.physical == .boolean else { throw wrong() }
            state = .runs
            if at < end {
                guard end - at >= 4, Int(mpq_load32(at)) <= end - at - 4 else { throw failure(.truncated, "the runs of booleans end early") }
                hybrid = mpq_hybrid_make(at + 4, at + 4 + Int(mpq_load32(at)), 1)
            }
        case .bitPacked: throw failure(.unsupported, "values in encoding BIT_PACKED are not read")
        case .deltaBinaryPacked:
            guard leaf.physical == .int32 || leaf.physical == .int64 else { throw wrong() }
            state = .delta
            if at < end, !mpq_delta_open(&delta, at, end) { throw failure(.malformed, "the header of its deltas breaks the rules") }
        case .deltaLengthByteArray, .deltaByteArray:
            guard leaf.physical == .byteArray || (known == .deltaByteArray && leaf.physical == .fixedLengthByteArray) else { throw wrong() }
            guard at < end else {
                state = .lengths(Buffer(size: 0), prefixes: nil, count: 0, at: 0)
                return
            }
            func lengths(_ at: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) throws -> (Buffer, Int) {
                var delta = mpq_delta()
                guard mpq_delta_open(&delta, at, end), delta.left <= page.header.valueCount else {
                    throw failure(.malformed, "the header of its deltas breaks the rules")
                }
                let count = Int(delta.left)
                // 64 bits first, then narrowed in place.
                let buffer = Buffer(size: count * 8)
                let wide = buffer.values(of: Int64.self)
                guard mpq_delta_read(&delta, wide, Int64(count)), let next = mpq_delta_end(&delta) else {
                    throw failure(.truncated, "its lengths end early")
                }
                let narrow = buffer.values(of: Int32.self)
                for i in 0..<count { narrow[i] = Int32(truncatingIfNeeded: wide[i]) }
                at = next
                return (buffer, count)
            }
            if known == .deltaByteArray {
                let (prefixes, count) = try lengths(&at, end)
                let (suffixes, suffixCount) = try lengths(&at, end)
                guard count == suffixCount else { throw failure(.malformed, "\(count) prefixes stand beside \(suffixCount) suffixes") }
                state = .lengths(suffixes, prefixes: prefixes, count: count, at: 0)
            } else {
                let (buffer, count) = try lengths(&at, end)
                state = .lengths(buffer, prefixes: nil, count: count, at: 0)
            }
        case .byteStreamSplit:
            guard leaf.physical != .boolean, leaf.physical != .byteArray, leaf.physical != .int96 else { throw wrong() }
            guard (end - at) % width == 0 else { throw failure(.malformed, "\(end - at) bytes are no whole number of values of \(width) bytes") }
            state = .streams(total: (end - at) / width, at: 0)
        }
    }

    /// Decodes `count` dictionary indices. Returns the greatest of them.
    mutating func readIndices(_ count: Int, to out: UnsafeMutablePointer<UInt32>, failure: (FormatError.Code, String) -> FormatError) throws -> Int {
        if count == 0 { return 0 }
        let greatest = mpq_hybrid_read_u32(&hybrid, out, Int64(count))
        guard greatest >= 0 else { throw failure(.truncated, "its dictionary indices end early") }
        return Int(greatest)
    }

    /// Whether the values lie in the page with 4 or 8 bytes each.
    var isPlainFixed: Bool { if case .plainFixed = state { width == 4 || width == 8 } else { false } }

    /// Whether the values lie in the page as the column has them, at addresses of that alignment.
    func isInPlace(alignment: Int) -> Bool {
        guard case .plainFixed = state, conversion.isIdentity else { return false }
        return UInt(bitPattern: at) % UInt(alignment) == 0
    }

    /// Returns the next `count` values where they lie in the page, if they are the column's values already, in no alignment; else nil.
    mutating func readInPlace(_ count: Int, failure: (FormatError.Code, String) -> FormatError) throws -> UnsafeRawPointer? {
        guard case .plainFixed = state, conversion.isIdentity else { return nil }
        guard (end - at) / width >= count else { throw failure(.truncated, "its values end early") }
        defer { at += count * width }
        return UnsafeRawPointer(at)
    }

    /// Decodes some of the next `count` values, and passes over all of them; false, and nothing is done, where that takes decoding all of them.
    ///
    /// - Parameters:
    ///   - taken: `wanted` positions in order, counted from `first`.
    ///   - out: `stride` bytes for each of them.
    mutating func read(
        _ count: Int, taking taken: UnsafePointer<Int32>, _ wanted: Int, from first: Int, to out: UnsafeMutableRawPointer, scratch: inout ParquetScratch,
        failure: (FormatError.Code, String) -> FormatError
    ) throws -> Bool {
        guard case .plainFixed = state, width == 4 || width == 8 else { return false }
        guard (end - at) / width >= count else { throw failure(.truncated, "its values end early") }
        defer { at += count * width }
        if wanted == 0 { return true }
        // The values that are wanted, one behind the other, and then as the column has them.
        let raw = conversion.isIdentity && stride == width ? out : scratch.reserve(wanted * width + ParquetPage.padding)
        let from = UnsafeRawPointer(at) - first * width
        if width == 4 {
            let to = raw.assumingMemoryBound(to: UInt32.self)
            for i in 0..<wanted { to[i] = (from + Int(taken[i]) &* 4).loadUnaligned(as: UInt32.self) }
        } else {
            let to = raw.assumingMemoryBound(to: UInt64.self)
            for i in 0..<wanted { to[i] = (from + Int(taken[i]) &* 8).loadUnaligned(as: UInt64.self) }
        }
        if raw != out, let wrong = conversion.convert(raw, count: wanted, width: width, to: out) { throw failure(.malformed, wrong) }
        return true
    }

    /// Decodes `count` values into `out`, `stride` bytes each. Buffers that the views among them lead into are added to `buffers`.
    mutating func read(
        _ count: Int, to out: UnsafeMutableRawPointer, buffers: inout ParquetBufferList, scratch: inout ParquetScratch,
        failure: (FormatError.Code, String) -> FormatError
    ) throws {
        if count == 0 { return }
        let n = Int64(count)
        func short() -> FormatError { failure(.truncated, "its values end early") }
        func convert(_ raw: UnsafeRawPointer) throws {
            if let wrong = conversion.convert(raw, count: count, width: width, to: out) { throw failure(.malformed, wrong) }
        }
        switch state {
        case .dictionary: preconditionFailure("dictionary indices are read with readIndices")
        case .plainFixed:
            guard (end - at) / width >= count else { throw short() }
            try convert(at)
            at += count * width
            if case .fixedViews = conversion { buffers.add(owner) }
        case .plainBits(let bit):
            guard UInt64(end - at) * 8 >= bit + UInt64(count) else { throw short() }
            mpq_unpack_u8(at, bit, 1, out.assumingMemoryBound(to: UInt8.self), n)
            state = .plainBits(at: bit + UInt64(count))
        case .runs:
            guard mpq_hybrid_read_u8(&hybrid, out.assumingMemoryBound(to: UInt8.self), n) >= 0 else { throw short() }
        case .plainBytes:
            let isDirect = stride == 16 && !conversion.isDecimal
            let views = isDirect ? out : scratch.reserve(count * 16)
            guard let next = mpq_plain_views(at, end, n, views.assumingMemoryBound(to: mpq_view.self)) else { throw short() }
            at = next
            if isDirect { buffers.add(owner) } else { try convert(views) }
        case .delta:
            let isDirect = width == 8 && stride == 8
            let wide = isDirect ? out : scratch.reserve(count * 8)
            guard mpq_delta_read(&delta, wide.assumingMemoryBound(to: Int64.self), n) else { throw short() }
            if width == 4 {
                let (from, to) = (wide.assumingMemoryBound(to: Int64.self), wide.assumingMemoryBound(to: Int32.self))
                for i in 0..<count { to[i] = Int32(truncatingIfNeeded: from[i]) }
            }
            if !isDirect || !conversion.isIdentity { try convert(wide) }
        case .lengths(let suffixes, let prefixes, let total, let from):
            guard total - from >= count else { throw short() }
            let isDirect = stride == 16 && !conversion.isDecimal && width == 0
            let views = isDirect ? out : scratch.reserve(count * 16)
            let typed = views.assumingMemoryBound(to: mpq_view.self)
            if let prefixes {
                try rebuild(suffixes, prefixes, from, count, typed, &buffers, failure)
            } else {
                guard let next = mpq_length_views(at, end, suffixes.values(of: Int32.self) + from, n, typed) else { throw short() }
                at = next
                buffers.add(owner)
            }
            state = .lengths(suffixes, prefixes: prefixes, count: total, at: from + count)
            if width > 0 {
                try convertFixed(views.assumingMemoryBound(to: StringView.self), count, out, &buffers, failure)
            } else if !isDirect {
                try convert(views)
            }
        case .streams(let total, let from):
            guard total - from >= count else { throw short() }
            state = .streams(total: total, at: from + count)
            if case .fixedViews = conversion {
                // Views need bytes that stay.
                let joined = Buffer(size: count * width + ParquetPage.padding)
                mpq_join_streams(at, Int64(total), Int64(from), n, Int64(width), joined.values(of: UInt8.self))
                buffers.add(joined)
                try convert(joined.base)
            } else {
                let joined = scratch.reserve(count * width + ParquetPage.padding)
                mpq_join_streams(at, Int64(total), Int64(from), n, Int64(width), joined.assumingMemoryBound(to: UInt8.self))
                try convert(joined)
            }
        }
    }

    /// DELTA_BYTE_ARRAY: joins prefixes and suffixes in memory of their own.
    private mutating func rebuild(
        _ suffixes: Buffer, _ prefixes: Buffer, _ from: Int, _ count: Int, _ out: UnsafeMutablePointer<mpq_view>, _ buffers: inout ParquetBufferList,
        _ failure: (FormatError.Code, String) -> FormatError
    ) throws {
        let (prefix, suffix) = (prefixes.values(of: Int32.self) + from, suffixes.values(of: Int32.self) + from)
        var size = 0
        for i in 0..<count { size += max(0, Int(prefix[i])) + max(0, Int(suffix[i])) }
        guard size <= 1 << 30 else { throw failure(.unsupported, "\(count) strings with shared prefixes take \(size) bytes, more than 1 GiB") }
        // A damaged prefix fails below; a long one costs memory only once it is known to be shorter than the string before.
        var longest = previous.length
        for i in 0..<count {
            guard prefix[i] >= 0, suffix[i] >= 0, Int(prefix[i]) <= longest else { throw failure(.malformed, "a string shares more bytes than the one before has") }
            longest = Int(prefix[i]) + Int(suffix[i])
        }
        let buffer = Buffer(size: size + ParquetPage.padding)
        let last = previous
        let next = last.withBytes { bytes in
            mpq_rebuild_prefixed(
                at, end, prefix, suffix, Int64(count), bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), Int64(bytes.count),
                buffer.values(of: UInt8.self), out)
        }
        guard let next else { throw failure(.truncated, "its values end early") }
        at = next
        buffers.add(buffer)
        previous = StringView(low: out[count - 1].low, high: out[count - 1].high)
        previousOwner = buffer
    }

    /// Fixed-length values that came as strings.
    private func convertFixed(
        _ views: UnsafePointer<StringView>, _ count: Int, _ out: UnsafeMutableRawPointer, _ buffers: inout ParquetBufferList,
        _ failure: (FormatError.Code, String) -> FormatError
    ) throws {
        let joined = Buffer(size: count * width + ParquetPage.padding)
        for i in 0..<count {
            guard views[i].length == width else { throw failure(.malformed, "a value has \(views[i].length) bytes, its type says \(width)") }
            views[i].withBytes { (joined.base + i * width).copyMemory(from: $0.baseAddress!, byteCount: width) }
        }
        buffers.add(joined)
        if let wrong = conversion.convert(joined.base, count: count, width: width, to: out) { throw failure(.malformed, wrong) }
    }
}

extension ParquetConversion {
    var isDecimal: Bool {
        switch self {
        case .decimalFromInt32, .decimalFromInt64, .decimalFromUInt64, .decimalFromFixed, .decimalFromBytes: true
        default: false
        }
    }

    var isIdentity: Bool { if case .none = self { true } else { false } }
}

/// The buffers that a batch's views lead into, each once.
struct ParquetBufferList {
    private(set) var buffers: [Buffer] = []

    mutating func add(_ buffer: Buffer) {
        if buffers.last !== buffer { buffers.append(buffer) }
    }
}

/// Memory for values on their way, kept from run to run.
struct ParquetScratch {
    private var buffer: Buffer?

    mutating func reserve(_ size: Int) -> UnsafeMutableRawPointer {
        if let buffer, buffer.size >= size { return buffer.base }
        let grown = Buffer(size: max(size, 1 << 16))
        buffer = grown
        return grown.base
    }
}
