internal import Columnar

/// What a function template holds, as data: the function, what it reaches, and the values of it all when the template was made.
///
/// Reads the form that `template.c` writes; the two change together.
struct MovedCode {
    /// A value that a function closes over, or that stands in such a table.
    enum Datum: Hashable, Sendable {
        case constant(LuaConstant)
        /// A table of `tables`, a function of `functions`.
        case table(Int)
        case function(Int)
        /// A function or table of Lua's own, by its path.
        case standard([String])
        case environment
        /// A decimal, a date, a timestamp.
        case opaque
    }

    struct Function {
        var prototype: Prototype
        /// Numbers of `upvalues`; nil is the table of globals.
        var upvalues: [Int?] = []
    }

    struct Table {
        var entries: [(key: Datum, value: Datum)] = []
    }

    private(set) var functions: [Function] = []
    private(set) var tables: [Table] = []
    private(set) var upvalues: [Datum] = []
    /// Globals and `library.name`s that are not what every state has.
    private(set) var globals: [String: Datum] = [:]
    /// Tables and functions in the order of their appearance.
    private var objects: [Datum] = []

    private init() {}

    /// - Returns: nil when the bytes are not of that form.
    static func read(_ bytes: UnsafeRawBufferPointer) -> MovedCode? {
        var code = MovedCode()
        var reader = Reader(bytes: bytes)
        guard case .function(0)? = code.value(&reader) else { return nil }
        while let tag = reader.tag() {
            if tag == UInt8(ascii: "n") { return code }
            guard tag == UInt8(ascii: "g"), let path = reader.text(), let value = code.value(&reader) else { return nil }
            code.globals[String(decoding: path, as: UTF8.self)] = value
        }
        return nil
    }

    private struct Reader {
        let bytes: UnsafeRawBufferPointer
        var position = 0

        mutating func tag() -> UInt8? {
            guard position < bytes.count else { return nil }
            defer { position += 1 }
            return bytes[position]
        }

        mutating func number() -> UInt64? {
            guard bytes.count - position >= 8 else { return nil }
            defer { position += 8 }
            return bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)
        }

        mutating func text() -> UnsafeRawBufferPointer? {
            guard let length = number(), length <= UInt64(bytes.count - position) else { return nil }
            defer { position += Int(length) }
            return UnsafeRawBufferPointer(rebasing: bytes[position..<position + Int(length)])
        }
    }

    private mutating func value(_ reader: inout Reader) -> Datum? {
        guard let tag = reader.tag() else { return nil }
        switch Character(UnicodeScalar(tag)) {
        case "n": return .constant(.nil)
        case "t": return .constant(.boolean(true))
        case "f": return .constant(.boolean(false))
        case "i": return reader.number().map { .constant(.integer(Int64(bitPattern: $0))) }
        case "d": return reader.number().map { .constant(.float($0)) }
        case "s": return reader.text().map { .constant(.string(Array($0))) }
        case "0": return .constant(.null)
        case "D": return reader.number() != nil && reader.number() != nil && reader.number() != nil ? .opaque : nil
        case "E", "S": return reader.number() != nil ? .opaque : nil
        case "P": return reader.text().map { .standard(String(decoding: $0, as: UTF8.self).split(separator: ".").map(String.init)) }
        case "R":
            guard let number = reader.number(), number >= 1, number <= UInt64(objects.count) else { return nil }
            return objects[Int(number) - 1]
        case "F": return function(&reader)
        case "T": return table(&reader)
        default: return nil
        }
    }

    private mutating func function(_ reader: inout Reader) -> Datum? {
        guard let bytecode = reader.text(), let prototype = try? BytecodeReader.read(bytecode), let count = reader.number() else { return nil }
        let index = functions.count
        functions.append(Function(prototype: prototype))
        objects.append(.function(index))
        for _ in 0..<count {
            guard let tag = reader.tag() else { return nil }
            switch Character(UnicodeScalar(tag)) {
            case "e": functions[index].upvalues.append(nil)
            case "u":
                guard let number = reader.number(), number >= 1, number <= UInt64(upvalues.count) else { return nil }
                functions[index].upvalues.append(Int(number) - 1)
            case "U":
                let place = upvalues.count
                upvalues.append(.constant(.nil))
                functions[index].upvalues.append(place)
                guard let value = value(&reader) else { return nil }
                upvalues[place] = value
            default: return nil
            }
        }
        return .function(index)
    }

    private mutating func table(_ reader: inout Reader) -> Datum? {
        guard reader.tag() != nil else { return nil }
        let index = tables.count
        tables.append(Table())
        objects.append(.table(index))
        while reader.position < reader.bytes.count, reader.bytes[reader.position] != UInt8(ascii: "n") {
            guard let key = value(&reader), let item = value(&reader) else { return nil }
            tables[index].entries.append((key, item))
        }
        _ = reader.tag()
        return .table(index)
    }
}

extension MovedCode {
    /// The code of a function of a script that has not run: what it closes over is known as far as the script's own code tells, else `opaque`.
    init(_ use: ScriptOutline.RowFunctionUse, in outline: ScriptOutline) {
        self.init()
        _ = add(use.prototype, use.held, outline, depth: 0)
    }

    private mutating func add(_ prototype: Prototype, _ held: [ScriptOutline.Known], _ outline: ScriptOutline, depth: Int) -> Datum {
        let number = functions.count
        functions.append(Function(prototype: prototype))
        for known in held {
            if known == .environment {
                functions[number].upvalues.append(nil)
                continue
            }
            let place = upvalues.count
            upvalues.append(.opaque)
            functions[number].upvalues.append(place)
            switch known {
            case .constant(.nil): upvalues[place] = .constant(.nil)
            case .constant(.false): upvalues[place] = .constant(.boolean(false))
            case .constant(.true): upvalues[place] = .constant(.boolean(true))
            case .constant(.integer(let value)): upvalues[place] = .constant(.integer(value))
            case .constant(.number(let bits)): upvalues[place] = .constant(.float(bits))
            case .constant(.string(let bytes)): upvalues[place] = .constant(.string(bytes))
            case .global(let path) where [.pure, .library, .changesArgument].contains(StandardLibrary.kind(path)): upvalues[place] = .standard(path)
            // A function that closes over itself goes no deeper.
            case .function(let inner, let captured) where depth < 8: upvalues[place] = add(outline.prototype(inner), captured, outline, depth: depth + 1)
            default: break
            }
        }
        return .function(number)
    }
}
