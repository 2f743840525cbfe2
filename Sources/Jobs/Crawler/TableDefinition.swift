internal import Catalog
internal import Columnar
internal import Connectors

/// Table and partition definitions as Glue's crawlers write them.
struct TableDefinition {
    let crawler: String
    let location: StorageLocation

    private static let text = "org.apache.hadoop.mapred.TextInputFormat"
    private static let textOutput = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"
    private static let parquet = "org.apache.hadoop.hive.ql.io.parquet."

    /// - Parameter columns: of the files, with declared types.
    func table(_ candidate: TableCandidate, name: String, columns: [ColumnRecord]) -> TableRecord {
        var parameters = parameters(candidate.group, candidate.group.statistics)
        let exclusions = candidate.exclusions
        if !exclusions.isEmpty { parameters["exclusions"] = RecordJSON.encode(exclusions) }
        if !candidate.keys.isEmpty { parameters["partition_filtering.enabled"] = "true" }
        return TableRecord(
            name: name, owner: "owner", storageDescriptor: descriptor(candidate.group, columns, parameters),
            partitionKeys: candidate.keys.map { ColumnRecord($0, "string") }, tableType: "EXTERNAL_TABLE", parameters: parameters)
    }

    /// A partition has the table's columns and formats, its own location and its own counts.
    func partition(_ partition: TableCandidate.Partition, of group: FileGroup, columns: [ColumnRecord]) -> PartitionRecord {
        let parameters = parameters(group, partition.statistics)
        var descriptor = descriptor(group, columns, parameters)
        descriptor.location = location.descendant(partition.path, isFolder: true).url
        return PartitionRecord(values: partition.values, storageDescriptor: descriptor, parameters: parameters)
    }

    private func parameters(_ group: FileGroup, _ statistics: FileGroup.Statistics) -> [String: String] {
        var parameters = [
            "CrawlerSchemaSerializerVersion": "1.0", "CrawlerSchemaDeserializerVersion": "1.0", "UPDATED_BY_CRAWLER": crawler,
            "classification": group.format.classification, "typeOfData": "file", "sizeKey": String(statistics.bytes),
            "objectCount": String(statistics.files), "recordCount": String(statistics.estimatedRecords),
            "averageRecordSize": String(statistics.estimatedRecords > 0 ? max(1, Int(statistics.bytes) / statistics.estimatedRecords) : 0),
            // Compression is told from each file; "mixed" says that they differ.
            "compressionType": group.compressions.count == 1 ? group.compressions.first! : "mixed",
        ]
        guard group.format.classification == "csv" else { return parameters }
        parameters["delimiter"] = group.format.delimiter ?? ","
        parameters["columnsOrdered"] = "true"
        parameters["areColumnsQuoted"] = String(group.isQuoted)
        if group.format.hasHeader { parameters["skip.header.line.count"] = "1" }
        if group.isMultiLine { parameters["multiLine"] = "true" }
        return parameters
    }

    private func descriptor(_ group: FileGroup, _ columns: [ColumnRecord], _ parameters: [String: String]) -> StorageDescriptor {
        var descriptor = StorageDescriptor(columns: columns, location: location.url, numberOfBuckets: -1, parameters: parameters)
        let (input, output, serde): (String, String, SerdeInfo) =
            switch group.format.classification {
            case "csv":
                (Self.text, Self.textOutput, csvSerde(group))
            case "json":
                (
                    Self.text, Self.textOutput,
                    SerdeInfo(
                        serializationLibrary: "org.openx.data.jsonserde.JsonSerDe", parameters: ["paths": columns.map(\.name).sorted().joined(separator: ",")])
                )
            case "parquet":
                (
                    Self.parquet + "MapredParquetInputFormat", Self.parquet + "MapredParquetOutputFormat",
                    SerdeInfo(serializationLibrary: Self.parquet + "serde.ParquetHiveSerDe", parameters: ["serialization.format": "1"])
                )
            case let other where other == "orc" || other == "avro":
                (
                    "org.apache.hadoop.hive.ql.io.\(other == "orc" ? "orc.Orc" : "avro.AvroContainer")InputFormat",
                    "org.apache.hadoop.hive.ql.io.\(other == "orc" ? "orc.Orc" : "avro.AvroContainer")OutputFormat",
                    SerdeInfo(
                        serializationLibrary: other == "orc" ? "org.apache.hadoop.hive.ql.io.orc.OrcSerde" : "org.apache.hadoop.hive.serde2.avro.AvroSerDe",
                        parameters: ["serialization.format": "1"])
                )
            default: ("", "", SerdeInfo(serializationLibrary: ""))
            }
        (descriptor.inputFormat, descriptor.outputFormat, descriptor.serdeInfo) = (input, output, serde)
        return descriptor
    }

    private func csvSerde(_ group: FileGroup) -> SerdeInfo {
        let delimiter = group.format.delimiter ?? ","
        guard group.isQuoted else {
            return SerdeInfo(serializationLibrary: "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe", parameters: ["field.delim": delimiter])
        }
        return SerdeInfo(
            serializationLibrary: "org.apache.hadoop.hive.serde2.OpenCSVSerde",
            parameters: ["separatorChar": delimiter, "quoteChar": group.format.quote ?? "\""])
    }
}
