internal import CKernels

/// Digests of bytes, and Spark's hashes of rows.
extension Operand {
    public enum Digest: Sendable { case md5, sha1 }

    /// A binary operand's digest in hexadecimal digits.
    public static func digest(_ a: Operand, _ kind: Digest) -> Operand {
        let size = kind == .md5 ? 16 : 20
        return digests([a]) { bytes, count, digest, _, _ in
            if kind == .md5 { mastic_md5(bytes, count, digest) } else { mastic_sha1(bytes, count, digest) }
            return size
        }
    }

    /// SHA-2 of 224, 256 (also written 0), 384 or 512 bits; null for any other number.
    public static func sha2(_ a: Operand, bits: Operand) -> Operand {
        digests([a, bits]) { bytes, count, digest, arguments, row in
            let given = arguments.int(1, row)
            let bits = given == 0 ? 256 : given
            guard [224, 256, 384, 512].contains(bits) else { return nil }
            mastic_sha2(bytes, count, Int32(bits), digest)
            return bits / 8
        }
    }

    private static func digests(
        _ operands: [Operand], _ body: (UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<UInt8>, RowArguments, Int) -> Int?
    ) -> Operand {
        let digest = UnsafeMutablePointer<UInt8>.allocate(capacity: 64)
        defer { digest.deallocate() }
        let digits: StaticString = "0123456789abcdef"
        return texts(operands) { arguments, row, out in
            let view = arguments.view(0, row)
            guard let size = view.withBytes({ body($0.baseAddress?.assumingMemoryBound(to: UInt8.self), $0.count, digest, arguments, row) }) else { return false }
            out.reserve(size * 2)
            for i in 0..<size {
                out.append(digits.utf8Start[Int(digest[i] >> 4)])
                out.append(digits.utf8Start[Int(digest[i] & 15)])
            }
            return true
        }
    }

    /// The CRC-32 of a binary operand; a `long`.
    public static func crc32(_ a: Operand) -> Operand {
        longs([a]) { arguments, row in
            arguments.view(0, row).withBytes { Int64(mastic_row_crc32($0.baseAddress?.assumingMemoryBound(to: UInt8.self), $0.count)) }
        }
    }

    /// Spark's `hash`: Murmur3 with the seed 42, each column's hash the next one's seed. Nulls leave it as it is. An `int`.
    public static func hash(_ operands: [Operand], count: Int) -> Operand { rowHashes(operands, count, .int, RowMurmur.self) }

    /// Spark's `xxhash64`: XXH64 with the seed 42, in the same way. A `long`.
    public static func xxhash64(_ operands: [Operand], count: Int) -> Operand { rowHashes(operands, count, .long, RowXXHash.self) }

    private static func rowHashes<H: RowHash>(_ operands: [Operand], _ batchCount: Int, _ type: DataType, _ hash: H.Type) -> Operand {
        let isConstant = operands.allSatisfy(\.isConstant)
        let count = isConstant ? 1 : batchCount
        let out = Buffer(size: count * MemoryLayout<H.Code>.stride)
        let codes = out.values(of: H.Code.self)
        for i in 0..<count { codes[i] = H.seed }
        for operand in operands { fold(operand.column(count: count), codes, 0..<count, hash) { $0 } }
        let column = Column(type: type, count: count, storage: .fixed(owner: out, start: UnsafeRawPointer(out.base)))
        return isConstant ? .constant(column) : .column(column)
    }

    /// Folds rows of a column into the codes: that of row `i` into code `place(i)`.
    private static func fold<H: RowHash>(_ column: Column, _ codes: UnsafeMutablePointer<H.Code>, _ rows: Range<Int>, _ hash: H.Type, _ place: (Int) -> Int) {
        let column = column.flattened
        let presence = column.presence
        @inline(__always) func each(_ body: (Int, inout H.Code) -> Void) {
            for row in rows {
                if let presence, !presence[row] { continue }
                body(row, &codes[place(row)])
            }
        }
        @inline(__always) func eachRow(_ body: (Int) -> Void) {
            for row in rows where presence?[row] ?? true { body(row) }
        }
        @inline(__always) func ints<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type) {
            let values = column.fixedValues(of: T.self)
            each { H.fold(int: Int32(truncatingIfNeeded: values[$0]), into: &$1) }
        }
        defer { withExtendedLifetime(column) {} }
        switch column.storage {
        case .null, .dictionary: break
        case .bits(let bits): each { H.fold(int: bits[$0] ? 1 : 0, into: &$1) }
        case .fixed:
            switch column.type {
            case .byte: ints(Int8.self)
            case .short: ints(Int16.self)
            case .int, .date: ints(Int32.self)
            case .float:
                let values = column.fixedValues(of: Float.self)
                each { H.fold(int: Int32(bitPattern: values[$0].isNaN ? 0x7fc0_0000 : values[$0] == 0 ? 0 : values[$0].bitPattern), into: &$1) }
            case .double:
                let values = column.fixedValues(of: Double.self)
                each { H.fold(long: Int64(bitPattern: values[$0].isNaN ? 0x7ff8_0000_0000_0000 : values[$0] == 0 ? 0 : values[$0].bitPattern), into: &$1) }
            case .decimal(let precision, _):
                let values = column.fixedValues(of: Int128.self)
                if precision <= 18 {
                    each { H.fold(long: Int64(truncatingIfNeeded: values[$0]), into: &$1) }
                } else {
                    each { row, code in
                        // The fewest bytes that hold the number, most significant first, as Java's BigInteger has it.
                        let value = values[row]
                        let size = (value < 0 ? (~value).leadingZeroBitCount : value.leadingZeroBitCount) - 1
                        var big = value.bigEndian
                        let skip = size / 8
                        withUnsafeBytes(of: &big) { H.fold(UnsafeRawBufferPointer(rebasing: $0[min(skip, 15)...]), into: &code) }
                    }
                }
            default:
                let values = column.fixedValues(of: Int64.self)
                each { H.fold(long: values[$0], into: &$1) }
            }
        case .views(let views, _):
            each { row, code in views[row].withBytes { H.fold($0, into: &code) } }
        case .list(let offsets, let child):
            eachRow { row in
                let target = place(row)
                let (start, end) = (Int(offsets[row]), Int(offsets[row + 1]))
                if start < end { fold(child, codes, start..<end, hash) { _ in target } }
            }
        case .struct(let children):
            guard presence != nil else {
                for child in children { fold(child, codes, rows, hash, place) }
                return
            }
            eachRow { row in for child in children { fold(child, codes, row..<(row + 1), hash, place) } }
        case .choice(let tags, let places, let members):
            eachRow { row in
                let at = Int(places[row])
                let target = place(row)
                fold(members[Int(tags[row])], codes, at..<(at + 1), hash) { _ in target }
            }
        case .map(let offsets, let keys, let values):
            eachRow { row in
                let target = place(row)
                for entry in Int(offsets[row])..<Int(offsets[row + 1]) {
                    fold(keys, codes, entry..<(entry + 1), hash) { _ in target }
                    fold(values, codes, entry..<(entry + 1), hash) { _ in target }
                }
            }
        }
    }
}

private protocol RowHash {
    associatedtype Code: BitwiseCopyable
    static var seed: Code { get }
    static func fold(int: Int32, into code: inout Code)
    static func fold(long: Int64, into code: inout Code)
    static func fold(_ bytes: UnsafeRawBufferPointer, into code: inout Code)
}

private enum RowMurmur: RowHash {
    static let seed: UInt32 = 42

    @inline(__always)
    private static func mix(_ hash: UInt32, _ word: UInt32) -> UInt32 {
        var k = word &* 0xcc9e_2d51
        k = (k << 15 | k >> 17) &* 0x1b87_3593
        let h = hash ^ k
        return (h << 13 | h >> 19) &* 5 &+ 0xe654_6b64
    }

    @inline(__always)
    private static func finish(_ hash: UInt32, _ length: UInt32) -> UInt32 {
        var h = hash ^ length
        h = (h ^ h >> 16) &* 0x85eb_ca6b
        h = (h ^ h >> 13) &* 0xc2b2_ae35
        return h ^ h >> 16
    }

    static func fold(int: Int32, into code: inout UInt32) { code = finish(mix(code, UInt32(bitPattern: int)), 4) }

    static func fold(long: Int64, into code: inout UInt32) {
        let bits = UInt64(bitPattern: long)
        code = finish(mix(mix(code, UInt32(truncatingIfNeeded: bits)), UInt32(truncatingIfNeeded: bits >> 32)), 8)
    }

    static func fold(_ bytes: UnsafeRawBufferPointer, into code: inout UInt32) {
        code = mastic_murmur3(bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count, code)
    }
}

private enum RowXXHash: RowHash {
    static let seed: UInt64 = 42

    static func fold(int: Int32, into code: inout UInt64) { code = XXHash64.hash(word: UInt32(bitPattern: int), code) }
    static func fold(long: Int64, into code: inout UInt64) { code = XXHash64.hash(word: UInt64(bitPattern: long), code) }
    static func fold(_ bytes: UnsafeRawBufferPointer, into code: inout UInt64) { code = XXHash64.hash(bytes: bytes, code) }
}
