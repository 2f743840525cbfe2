internal import CReference
internal import Columnar

/// The reference of the script API: what `help`, `docs/reference/` and editors say of every name. The annotations in `CReference` are its one source.
///
/// Nothing is read before the first question.
public struct Reference: Sendable {
    /// A file of annotations: its title, what it begins with, and the names that it declares.
    public struct Topic: Sendable {
        /// The file's name without its ending.
        public let name: String
        public let title: String
        public let introduction: [String]
        /// Classes and globals in the order of the file; members stand with their classes.
        public let names: [String]
    }

    /// The reference that is built in. Its annotations are known to be readable: a test reads them all.
    public static let shared: Reference = {
        do {
            return try Reference(Annotations.files.map { ($0.name, Array($0.bytes)) })
        } catch {
            return Reference(problem: error as? AnnotationError ?? AnnotationError(file: "reference", line: 0, message: "\(error)"))
        }
    }()

    public private(set) var topics: [Topic] = []
    /// All entries, in the order of the files.
    public private(set) var entries: [ReferenceEntry] = []
    /// Why there is nothing to say; nil but for annotations that cannot be read.
    public private(set) var problem: AnnotationError?
    private var places: [String: Int] = [:]

    private init(problem: AnnotationError) { self.problem = problem }

    /// Reads files of annotations.
    public init(_ files: [(name: String, bytes: [UInt8])]) throws(AnnotationError) {
        for (name, bytes) in files {
            let file = try AnnotationFile(bytes, name: name + ".lua")
            for entry in file.entries { add(entry) }
            topics.append(
                Topic(
                    name: name, title: file.title.isEmpty ? name : file.title, introduction: file.introduction,
                    names: file.entries.filter { ($0.owner == nil || $0.kind == .class) && $0.kind != .alias }.map(\.name)))
        }
    }

    private mutating func add(_ entry: ReferenceEntry) {
        if let place = places[Self.key(entry.name)] {
            entries[place].merge(entry)
            return
        }
        places[Self.key(entry.name)] = entries.count
        entries.append(entry)
    }

    /// `DynamicFrame:filter` and `DynamicFrame.filter` are one name.
    private static func key(_ name: String) -> String { name.replacing(":", with: ".") }

    // MARK: Looking up

    /// The entry of a name: `Filter`, `Filter.apply`, `DynamicFrame:filter`, `DynamicFrame.filter`, `spark.sql`, or a method's name alone where one class has it.
    ///
    /// Case counts, unless nothing else is found.
    public func entry(for name: String) -> ReferenceEntry? {
        let wanted = Self.key(name.trimmingBlanks.hasSuffix("()") ? String(name.trimmingBlanks.dropLast(2)) : name.trimmingBlanks)
        if let place = places[wanted] { return entries[place] }
        if let member = member(wanted) { return member }
        let short = entries.filter { $0.shortName == wanted }
        // Of the constructors of types the first is meant; what is a method of several classes is not one thing.
        if let first = short.first, short.count == 1 || short.allSatisfy({ $0.kind == .function }) { return first }
        guard short.isEmpty else { return nil }
        let lowered = wanted.lowercased()
        let alike = entries.filter { Self.key($0.name).lowercased() == lowered }
        return alike.count == 1 ? alike[0] : nil
    }

    /// What a path leads to from a global or a class, over the types of fields: `spark.catalog.listTables`, `glueContext.create_dynamic_frame`.
    private func member(_ path: String) -> ReferenceEntry? {
        let parts = path.split(separator: ".").map(String.init)
        guard parts.count > 1, var entry = places[parts[0]].map({ entries[$0] }) else { return nil }
        for part in parts.dropFirst() {
            guard let found = classes(of: entry).lazy.compactMap({ self.member(part, of: $0) }).first else { return nil }
            entry = found
        }
        return entry
    }

    /// The classes whose members a name has.
    private func classes(of entry: ReferenceEntry) -> [String] {
        if entry.kind == .class { return [entry.name] }
        return entry.type?.alternatives.compactMap { if case .named(let name) = $0 { name } else { nil } } ?? []
    }

    /// A class's member by its name, the class's own or a parent's.
    public func member(_ name: String, of className: String) -> ReferenceEntry? {
        if let place = places["\(className).\(name)"] { return entries[place] }
        guard let place = places[className] else { return nil }
        for parent in entries[place].parents { if let found = member(name, of: parent) { return found } }
        return nil
    }

    /// Everything of this short name: `filter` is a method of three classes.
    public func entries(named shortName: String) -> [ReferenceEntry] { entries.filter { $0.shortName == shortName && $0.owner != nil } }

    /// The known names that are nearest to one that is not known, the nearest first.
    public func nearest(_ name: String, count: Int = 3) -> [String] {
        let wanted = Self.key(name)
        var names = Set(entries.map(\.name))
        var found: [String] = []
        let short = wanted.split(separator: ".").last.map(String.init) ?? wanted
        while found.count < count, let next = Suggestion.nearest(wanted, in: names.sorted()) {
            found.append(next)
            names.remove(next)
        }
        // A method whose class is another, or was left out.
        var shortNames = Set(entries.filter { $0.owner != nil }.map(\.shortName))
        while found.count < count, let next = Suggestion.nearest(short, in: shortNames.sorted()) {
            shortNames.remove(next)
            for entry in entries(named: next) where found.count < count && !found.contains(entry.name) { found.append(entry.name) }
        }
        return found
    }

    /// The topic of this name or title.
    public func topic(_ name: String) -> Topic? {
        let wanted = name.lowercased()
        return topics.first { $0.name.lowercased() == wanted || $0.title.lowercased() == wanted }
    }
}

/// The annotations as they stand in the binary.
enum Annotations {
    struct File {
        let name: String
        let bytes: UnsafeBufferPointer<UInt8>
    }

    static var files: [File] {
        (0..<mst_annotation_count()).map { index in
            let file = mst_annotation_at(index)
            return File(name: String(cString: file.name), bytes: UnsafeBufferPointer(start: file.bytes, count: file.length))
        }
    }

    static var exampleFrames: [UInt8] {
        let file = mst_example_frames()
        return Array(UnsafeBufferPointer(start: file.bytes, count: file.length))
    }
}
