extension ParquetFileMetadata {
    init(reading reader: inout ThriftReader) throws {
        var sawSchema = false
        try reader.readStruct { field, kind, reader in
            switch field {
            case 1: version = try reader.readInt32(kind)
            case 2:
                sawSchema = true
                try reader.readList(kind) { kind, reader in
                    guard kind == .struct else { throw reader.failure("the schema's elements are no structs") }
                    schema.append(try ParquetSchemaElement(reading: &reader))
                }
            case 3: rowCount = try reader.readCount(kind, "the number of rows")
            case 4:
                try reader.readList(kind) { kind, reader in
                    guard kind == .struct else { throw reader.failure("the row groups are no structs") }
                    rowGroups.append(try ParquetRowGroupMetadata(reading: &reader))
                }
            case 5:
                try reader.readList(kind) { kind, reader in
                    guard kind == .struct else { throw reader.failure("the key-value pairs are no structs") }
                    var (key, value) = ("", "")
                    try reader.readStruct { field, kind, reader in
                        switch field {
                        case 1: key = try reader.readString(kind)
                        case 2: value = try reader.readString(kind)
                        default: return false
                        }
                        return true
                    }
                    keyValues.append((key, value))
                }
            case 6: createdBy = try reader.readString(kind)
            case 7:
                var orders: [ParquetColumnOrder] = []
                try reader.readList(kind) { kind, reader in
                    guard kind == .struct else { throw reader.failure("the column orders are no structs") }
                    var order = ParquetColumnOrder.undefined
                    try reader.readStruct { field, _, _ in
                        if field == 1 { order = .typeDefined }
                        if field == 2 { order = .ieee754Total }
                        return false
                    }
                    orders.append(order)
                }
                columnOrders = orders
            case 8:
                isSigned = true
                return false
            default: return false
            }
            return true
        }
        guard sawSchema, !schema.isEmpty else { throw reader.failure("the footer has no schema") }
    }
}

extension ParquetSchemaElement {
    init(reading reader: inout ThriftReader) throws {
        try reader.readStruct { field, kind, reader in
            switch field {
            case 1: type = try reader.readInt32(kind)
            case 2: typeLength = try reader.readInt(kind)
            case 3:
                let value = try reader.readInt32(kind)
                guard let known = ParquetRepetition(rawValue: value) else { throw reader.failure("\(value) is no repetition type") }
                repetition = known
            case 4: name = try reader.readString(kind)
            case 5: children = try reader.readCount(kind, "the number of children of a schema element")
            case 6: converted = ParquetConvertedType(rawValue: try reader.readInt32(kind))
            case 7: scale = try reader.readInt(kind)
            case 8: precision = try reader.readInt(kind)
            case 10: logical = try ParquetLogicalType(reading: &reader, kind)
            default: return false
            }
            return true
        }
    }
}

extension ParquetLogicalType {
    /// Reads the LogicalType union. Nil for a member that is not known.
    init?(reading reader: inout ThriftReader, _ kind: ThriftReader.Kind) throws {
        guard kind == .struct else { throw reader.failure("a logical type is no struct") }
        var found: ParquetLogicalType?
        try reader.readStruct { field, kind, reader in
            guard kind == .struct else { return false }
            switch field {
            case 1: found = .string
            case 2: found = .map
            case 3: found = .list
            case 4: found = .enum
            case 5:
                var (scale, precision) = (0, 0)
                try reader.readStruct { field, kind, reader in
                    switch field {
                    case 1: scale = try reader.readInt(kind)
                    case 2: precision = try reader.readInt(kind)
                    default: return false
                    }
                    return true
                }
                found = .decimal(scale: scale, precision: precision)
                return true
            case 6: found = .date
            case 7, 8:
                var utc = false
                var unit: ParquetTimeUnit?
                try reader.readStruct { field, kind, reader in
                    switch field {
                    case 1: utc = try reader.readBool(kind)
                    case 2:
                        guard kind == .struct else { return false }
                        try reader.readStruct { field, _, _ in
                            unit = ParquetTimeUnit(rawValue: field)
                            return false
                        }
                    default: return false
                    }
                    return true
                }
                if let unit { found = field == 7 ? .time(utc: utc, unit) : .timestamp(utc: utc, unit) }
                return true
            case 10:
                var (bits, signed) = (0, true)
                try reader.readStruct { field, kind, reader in
                    switch field {
                    case 1: bits = try reader.readInt(kind)
                    case 2: signed = try reader.readBool(kind)
                    default: return false
                    }
                    return true
                }
                found = .integer(bits: bits, signed: signed)
                return true
            case 11: found = .unknown
            case 12: found = .json
            case 13: found = .bson
            case 14: found = .uuid
            case 15: found = .float16
            case 16: found = .variant
            case 17: found = .geometry
            case 18: found = .geography
            default: break
            }
            return false
        }
        guard let found else { return nil }
        self = found
    }
}

extension ParquetRowGroupMetadata {
    init(reading reader: inout ThriftReader) throws {
        try reader.readStruct { field, kind, reader in
            switch field {
            case 1:
                try reader.readList(kind) { kind, reader in
                    guard kind == .struct else { throw reader.failure("the column chunks are no structs") }
                    columns.append(try ParquetColumnChunk(reading: &reader))
                }
            case 2: totalByteSize = try reader.readInt(kind)
            case 3: rowCount = try reader.readCount(kind, "the number of rows of a row group")
            default: return false
            }
            return true
        }
    }
}

extension ParquetColumnChunk {
    init(reading reader: inout ThriftReader) throws {
        try reader.readStruct { field, kind, reader in
            switch field {
            case 1: filePath = try reader.readString(kind)
            case 3:
                guard kind == .struct else { throw reader.failure("a column's metadata is no struct") }
                metadata = try ParquetChunkMetadata(reading: &reader)
            case 4: offsetIndexOffset = try reader.readInt(kind)
            case 5: offsetIndexLength = try reader.readInt(kind)
            case 6: columnIndexOffset = try reader.readInt(kind)
            case 7: columnIndexLength = try reader.readInt(kind)
            case 8:
                isEncrypted = true
                return false
            default: return false
            }
            return true
        }
    }
}

extension ParquetChunkMetadata {
    init(reading reader: inout ThriftReader) throws {
        try reader.readStruct { field, kind, reader in
            switch field {
            case 1: type = try reader.readInt32(kind)
            case 2: try reader.readList(kind) { kind, reader in encodings.append(try reader.readInt32(kind)) }
            case 3: try reader.readList(kind) { kind, reader in path.append(try reader.readBytes(kind)) }
            case 4: codec = try reader.readInt32(kind)
            case 5: valueCount = try reader.readCount(kind, "the number of values of a column")
            case 6: uncompressedSize = try reader.readInt(kind)
            case 7: compressedSize = try reader.readCount(kind, "the compressed size of a column")
            case 9: dataPageOffset = try reader.readCount(kind, "the offset of a data page")
            case 11: dictionaryPageOffset = try reader.readInt(kind)
            case 12:
                guard kind == .struct else { throw reader.failure("a column's statistics are no struct") }
                statistics = try ParquetChunkStatistics(reading: &reader)
            case 13:
                var isKnown = true
                try reader.readList(kind) { kind, reader in
                    guard kind == .struct else { throw reader.failure("a column's page encodings are no structs") }
                    var (page, encoding, count) = (Int32(-1), Int32(-1), 0)
                    try reader.readStruct { field, kind, reader in
                        switch field {
                        case 1: page = try reader.readInt32(kind)
                        case 2: encoding = try reader.readInt32(kind)
                        case 3: count = try reader.readInt(kind)
                        default: return false
                        }
                        return true
                    }
                    guard let page = ParquetPageKind(rawValue: page), let encoding = ParquetEncoding(rawValue: encoding) else {
                        isKnown = false
                        return
                    }
                    pageEncodings.append(ParquetPageEncodingCount(kind: page, encoding: encoding, count: count))
                }
                if !isKnown { pageEncodings = [] }
            default: return false
            }
            return true
        }
    }
}

extension ParquetChunkStatistics {
    init(reading reader: inout ThriftReader) throws {
        try reader.readStruct { field, kind, reader in
            switch field {
            case 1: oldMax = try reader.readBytes(kind)
            case 2: oldMin = try reader.readBytes(kind)
            case 3: nullCount = try reader.readInt(kind)
            case 5: max = try reader.readBytes(kind)
            case 6: min = try reader.readBytes(kind)
            case 7: isMaxExact = try reader.readBool(kind)
            case 8: isMinExact = try reader.readBool(kind)
            default: return false
            }
            return true
        }
    }
}

extension ParquetPageHeader {
    init(reading reader: inout ThriftReader) throws {
        try reader.readStruct { field, kind, reader in
            switch field {
            case 1: self.kind = try reader.readInt32(kind)
            case 2: uncompressedSize = try reader.readCount(kind, "the uncompressed size of a page")
            case 3: compressedSize = try reader.readCount(kind, "the compressed size of a page")
            case 4: crc = UInt32(truncatingIfNeeded: try reader.readInt64(kind))
            case 5, 7, 8:
                guard kind == .struct else { throw reader.failure("a page's own header is no struct") }
                hasOwnHeader = true
                try reader.readStruct { inner, kind, reader in
                    switch (field, inner) {
                    case (_, 1): valueCount = try reader.readCount(kind, "the number of values of a page")
                    case (5, 2), (7, 2): encoding = try reader.readInt32(kind)
                    case (5, 3): definitionEncoding = try reader.readInt32(kind)
                    case (5, 4): repetitionEncoding = try reader.readInt32(kind)
                    case (8, 2): nullCount = try reader.readCount(kind, "the number of nulls of a page")
                    case (8, 3): rowCount = try reader.readCount(kind, "the number of rows of a page")
                    case (8, 4): encoding = try reader.readInt32(kind)
                    case (8, 5): definitionLength = try reader.readCount(kind, "the length of the definition levels")
                    case (8, 6): repetitionLength = try reader.readCount(kind, "the length of the repetition levels")
                    case (8, 7): isCompressed = try reader.readBool(kind)
                    default: return false
                    }
                    return true
                }
            default: return false
            }
            return true
        }
        guard uncompressedSize >= 0, compressedSize >= 0 else { throw reader.failure("a page header names no size") }
        guard uncompressedSize <= Int32.max, compressedSize <= Int32.max, valueCount <= Int32.max else {
            throw reader.failure("a page of \(uncompressedSize) bytes and \(valueCount) values is larger than Parquet allows")
        }
    }
}
