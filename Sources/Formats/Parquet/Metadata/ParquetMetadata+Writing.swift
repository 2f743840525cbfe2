extension ParquetSchemaElement {
    func write(to writer: inout ThriftWriter) {
        writer.element { writer in
            writer.write(1, i32: type.map(Int.init))
            writer.write(2, i32: typeLength)
            writer.write(3, i32: repetition.map { Int($0.rawValue) })
            writer.write(4, string: name)
            writer.write(5, i32: children)
            writer.write(6, i32: converted.map { Int($0.rawValue) })
            writer.write(7, i32: scale)
            writer.write(8, i32: precision)
            if let logical { writer.write(10) { logical.write(to: &$0) } }
        }
    }
}

extension ParquetLogicalType {
    fileprivate func write(to writer: inout ThriftWriter) {
        switch self {
        case .string: writer.write(1) { _ in }
        case .map: writer.write(2) { _ in }
        case .list: writer.write(3) { _ in }
        case .decimal(let scale, let precision):
            writer.write(5) { writer in
                writer.write(1, i32: scale)
                writer.write(2, i32: precision)
            }
        case .date: writer.write(6) { _ in }
        case .timestamp(let utc, let unit):
            writer.write(8) { writer in
                writer.write(1, bool: utc)
                writer.write(2) { writer in writer.write(unit.rawValue) { _ in } }
            }
        case .integer(let bits, let signed):
            writer.write(10) { writer in
                writer.write(1, byte: Int8(bits))
                writer.write(2, bool: signed)
            }
        case .unknown: writer.write(11) { _ in }
        // The writer makes no columns of the other types.
        case .enum, .json, .bson, .uuid, .float16, .variant, .geometry, .geography, .time: break
        }
    }
}

extension ParquetChunkStatistics {
    func write(to writer: inout ThriftWriter) {
        writer.write(3, i64: nullCount)
        writer.write(5, binary: max)
        writer.write(6, binary: min)
        writer.write(7, bool: isMaxExact)
        writer.write(8, bool: isMinExact)
    }
}

extension ParquetPageHeader {
    var bytes: [UInt8] {
        var writer = ThriftWriter()
        writer.element { writer in
            writer.write(1, i32: Int(kind))
            writer.write(2, i32: uncompressedSize)
            writer.write(3, i32: compressedSize)
            writer.write(4, i32: crc.map { Int(Int32(bitPattern: $0)) })
            switch ParquetPageKind(rawValue: kind) {
            case .data:
                writer.write(5) { writer in
                    writer.write(1, i32: valueCount)
                    writer.write(2, i32: Int(encoding))
                    writer.write(3, i32: Int(definitionEncoding))
                    writer.write(4, i32: Int(repetitionEncoding))
                }
            case .dictionary:
                writer.write(7) { writer in
                    writer.write(1, i32: valueCount)
                    writer.write(2, i32: Int(encoding))
                }
            default:
                writer.write(8) { writer in
                    writer.write(1, i32: valueCount)
                    writer.write(2, i32: nullCount)
                    writer.write(3, i32: rowCount)
                    writer.write(4, i32: Int(encoding))
                    writer.write(5, i32: definitionLength)
                    writer.write(6, i32: repetitionLength)
                    writer.write(7, bool: isCompressed)
                }
            }
        }
        return writer.bytes
    }
}

extension ParquetColumnChunk {
    func write(to writer: inout ThriftWriter) {
        writer.element { writer in
            // Deprecated, but required.
            writer.write(2, i64: 0)
            if let metadata { writer.write(3) { metadata.write(to: &$0) } }
            writer.write(4, i64: offsetIndexOffset)
            writer.write(5, i32: offsetIndexLength)
            writer.write(6, i64: columnIndexOffset)
            writer.write(7, i32: columnIndexLength)
        }
    }
}

extension ParquetChunkMetadata {
    fileprivate func write(to writer: inout ThriftWriter) {
        writer.write(1, i32: Int(type))
        writer.write(2, list: encodings, of: .i32) { $1.element(int: Int($0)) }
        writer.write(3, list: path, of: .binary) { $1.element(binary: $0) }
        writer.write(4, i32: Int(codec))
        writer.write(5, i64: valueCount)
        writer.write(6, i64: uncompressedSize)
        writer.write(7, i64: compressedSize)
        writer.write(9, i64: dataPageOffset)
        writer.write(11, i64: dictionaryPageOffset)
        if let statistics { writer.write(12) { statistics.write(to: &$0) } }
        writer.write(13, list: pageEncodings, of: .struct) { page, writer in
            writer.element { writer in
                writer.write(1, i32: Int(page.kind.rawValue))
                writer.write(2, i32: Int(page.encoding.rawValue))
                writer.write(3, i32: page.count)
            }
        }
    }
}

extension ParquetFileMetadata {
    var bytes: [UInt8] {
        var writer = ThriftWriter()
        writer.element { writer in
            writer.write(1, i32: Int(version))
            writer.write(2, list: schema, of: .struct) { $0.write(to: &$1) }
            writer.write(3, i64: rowCount)
            writer.write(4, list: rowGroups, of: .struct) { group, writer in
                writer.element { writer in
                    writer.write(1, list: group.columns, of: .struct) { $0.write(to: &$1) }
                    writer.write(2, i64: group.totalByteSize)
                    writer.write(3, i64: group.rowCount)
                    writer.write(5, i64: group.fileOffset)
                    writer.write(6, i64: group.totalCompressedSize)
                    writer.write(7, i16: group.ordinal)
                }
            }
            if !keyValues.isEmpty {
                writer.write(5, list: keyValues, of: .struct) { pair, writer in
                    writer.element { writer in
                        writer.write(1, string: pair.0)
                        writer.write(2, string: pair.1)
                    }
                }
            }
            writer.write(6, string: createdBy)
            if let columnOrders {
                writer.write(7, list: columnOrders, of: .struct) { _, writer in writer.element { writer in writer.write(1) { _ in } } }
            }
        }
        return writer.bytes
    }
}
