/// A path into JSON text, as Hive and Spark have it: `$`, then `.name`, `['name']`, `[0]` and `[*]`.
public struct JSONPath: Sendable, Hashable {
    enum Step: Sendable, Hashable {
        case name([UInt8])
        case anyName
        case index(Int)
        case anyIndex
    }

    let steps: [Step]

    /// Nil when the text is no path.
    public init?(_ text: UnsafeRawBufferPointer) {
        guard text.first == UInt8(ascii: "$") else { return nil }
        var steps: [Step] = []
        var at = 1
        while at < text.count {
            switch text[at] {
            case UInt8(ascii: "."):
                at += 1
                let start = at
                while at < text.count, text[at] != UInt8(ascii: "."), text[at] != UInt8(ascii: "[") { at += 1 }
                guard at > start else { return nil }
                let name = Array(text[start..<at])
                steps.append(name == [UInt8(ascii: "*")] ? .anyName : .name(name))
            case UInt8(ascii: "["):
                at += 1
                guard at < text.count else { return nil }
                if text[at] == UInt8(ascii: "'") {
                    let start = at + 1
                    at = start
                    while at < text.count, text[at] != UInt8(ascii: "'"), text[at] != UInt8(ascii: "?") { at += 1 }
                    guard at > start, at + 1 < text.count, text[at] == UInt8(ascii: "'"), text[at + 1] == UInt8(ascii: "]") else { return nil }
                    steps.append(.name(Array(text[start..<at])))
                    at += 2
                } else if text[at] == UInt8(ascii: "*") {
                    guard at + 1 < text.count, text[at + 1] == UInt8(ascii: "]") else { return nil }
                    steps.append(.anyIndex)
                    at += 2
                } else {
                    let start = at
                    var index = 0
                    while at < text.count, text[at] &- 0x30 <= 9 {
                        guard index < 1 << 32 else { return nil }
                        index = index * 10 + Int(text[at] - 0x30)
                        at += 1
                    }
                    guard at > start, at < text.count, text[at] == UInt8(ascii: "]") else { return nil }
                    steps.append(.index(index))
                    at += 1
                }
            default: return nil
            }
            guard steps.count <= 128 else { return nil }
        }
        self.steps = steps
    }

    /// How what is found is written.
    private enum Style {
        /// Strings without quotes.
        case raw
        /// As JSON.
        case quoted
        /// As JSON, arrays without their brackets.
        case flat
    }

    /// Appends what the path leads to; false where it leads to nothing, or the text is no JSON.
    func find(in text: UnsafeRawBufferPointer, _ out: inout TextBuffer) -> Bool {
        var cursor = JSONCursor(text)
        var isFirst = true
        return JSONPath.walk(&cursor, steps[...], .raw, &out, &isFirst, 0) == true
    }

    /// Writes what is found under a value, and passes the value. Nil where the text is no JSON.
    ///
    /// - Parameter isFirst: whether nothing was written yet to the array that is being written, if one is.
    private static func walk(
        _ cursor: inout JSONCursor, _ steps: ArraySlice<Step>, _ style: Style, _ out: inout TextBuffer, _ isFirst: inout Bool, _ depth: Int
    ) -> Bool? {
        guard depth < JSONCursor.depthLimit, let kind = cursor.kind() else { return nil }
        func separate(_ out: inout TextBuffer, _ isFirst: inout Bool) {
            if style != .raw, !isFirst { out.append(UInt8(ascii: ",")) }
            isFirst = false
        }
        guard let step = steps.first else {
            if kind == .string, style == .raw { return cursor.string(&out) ? true : nil }
            if kind == .array, style == .flat {
                // The elements, arrays among them flat as well.
                var found = false
                let isRight = cursor.elements(depth: depth) { cursor in
                    guard let inner = walk(&cursor, [], .flat, &out, &isFirst, depth + 1) else { return false }
                    found = found || inner
                    return true
                }
                return isRight ? found : nil
            }
            separate(&out, &isFirst)
            return cursor.copy(to: &out, depth: depth) ? true : nil
        }
        switch (kind, step) {
        case (.object, .name(let wanted)):
            var found = false
            let isRight = cursor.members(depth: depth) { cursor, name in
                guard !found, name.elementsEqual(wanted), cursor.kind() != .null else { return cursor.skip(depth: depth + 1) }
                guard let inner = walk(&cursor, steps.dropFirst(), style, &out, &isFirst, depth + 1) else { return false }
                found = inner
                return true
            }
            return isRight ? found : nil
        case (.array, .index(let index)):
            let isList = steps.dropFirst().first == .anyIndex
            var (place, found) = (0, false)
            let isRight = cursor.elements(depth: depth) { cursor in
                defer { place += 1 }
                guard place == index else { return cursor.skip(depth: depth + 1) }
                guard let inner = walk(&cursor, steps.dropFirst(), isList ? .quoted : style, &out, &isFirst, depth + 1) else { return false }
                found = inner
                return true
            }
            return isRight ? found : nil
        case (.array, .anyIndex):
            if steps.dropFirst().first == .anyIndex {
                // Two in a row make one flat list.
                separate(&out, &isFirst)
                out.append(UInt8(ascii: "["))
                var (first, found) = (true, false)
                let isRight = cursor.elements(depth: depth) { cursor in
                    guard let inner = walk(&cursor, steps.dropFirst(2), .flat, &out, &first, depth + 1) else { return false }
                    found = found || inner
                    return true
                }
                out.append(UInt8(ascii: "]"))
                return isRight ? found : nil
            }
            // One element found stands alone, unless it is part of a list that is written anyway.
            var (inside, first, count) = (TextBuffer(), true, 0)
            let isRight = cursor.elements(depth: depth) { cursor in
                guard let inner = walk(&cursor, steps.dropFirst(), style == .flat ? .flat : .quoted, &inside, &first, depth + 1) else { return false }
                if inner { count += 1 }
                return true
            }
            guard isRight else { return nil }
            if count == 0, style != .quoted { return false }
            separate(&out, &isFirst)
            let isBare = style != .quoted && count == 1
            if !isBare { out.append(UInt8(ascii: "[")) }
            out.append(bytes: inside.bytes)
            if !isBare { out.append(UInt8(ascii: "]")) }
            return count > 0
        default: return cursor.skip(depth: depth) ? false : nil
        }
    }
}

extension Operand {
    /// What a path leads to in JSON text: a string as it is, anything else as JSON. Null where it leads to nothing, where the text is no JSON, and where the path is none.
    public static func value(inJSON text: Operand, path: Operand) -> Operand {
        let (views, paths) = (RowValues<StringView>(text, as: .string), RowValues<StringView>(path, as: .string))
        defer { withExtendedLifetime((views, paths)) {} }
        var (last, lastPath): (StringView?, JSONPath?) = (nil, nil)
        return building(from: [views.operand, paths.operand]) { row, out in
            if last.map({ !($0 == paths[row]) }) ?? true {
                last = paths[row]
                lastPath = paths[row].withBytes { JSONPath($0) }
            }
            guard let path = lastPath else { return false }
            return views[row].withBytes { path.find(in: $0, &out) }
        }
    }

    /// The number of elements of JSON text that is an array, an `int`; null for any other.
    public static func jsonArrayLength(_ text: Operand) -> Operand {
        let views = RowValues<StringView>(text, as: .string)
        defer { withExtendedLifetime(views) {} }
        return computing(.int, Int32.self, from: [views.operand]) { row in
            views[row].withBytes { bytes in
                var cursor = JSONCursor(bytes)
                guard cursor.kind() == .array else { return nil }
                var count: Int32 = 0
                let isRight = cursor.elements(depth: 0) { cursor in
                    count += 1
                    return cursor.skip(depth: 1)
                }
                return isRight ? count : nil
            }
        }
    }

    /// The names of JSON text that is an object, in its order; null for any other.
    public static func jsonKeys(_ text: Operand) -> Operand {
        text.cast(to: .string).map { column in
            let flat = column.flattened
            let views = flat.views.start
            defer { withExtendedLifetime(flat) {} }
            var arena = StringArena()
            var keys = GrowingBuffer<StringView>()
            var offsets = GrowingBuffer<Int32>(capacity: flat.count + 1)
            var mask = FailureMask(flat.validity, count: flat.count)
            offsets.append(0)
            for row in 0..<flat.count {
                if flat.validity?[row] ?? true {
                    let before = keys.count
                    let isRight = views[row].withBytes { bytes in
                        var cursor = JSONCursor(bytes)
                        return cursor.members(depth: 0) { cursor, name in
                            keys.append(arena.view(copying: name))
                            return cursor.skip(depth: 1)
                        }
                    }
                    if !isRight {
                        while keys.count > before { keys.removeLast() }
                        mask.fail(row)
                    }
                }
                offsets.append(Int32(truncatingIfNeeded: keys.count))
            }
            let all = keys.take()
            return Column(
                type: .array(.string), count: flat.count, validity: mask.validity,
                storage: .list(offsets: offsets.take(), child: Column(type: .string, count: all.count, storage: .views(all, buffers: arena.finish()))))
        }
    }

    /// The values of names in JSON text that is an object, a string column each: strings as they are, anything else as JSON; null for null and for what is not there.
    public static func jsonValues(_ text: Operand, names: [[UInt8]]) -> [Operand] {
        let views = RowValues<StringView>(text, as: .string)
        defer { withExtendedLifetime(views) {} }
        return names.map { wanted in
            building(from: [views.operand]) { row, out in
                views[row].withBytes { bytes in
                    var cursor = JSONCursor(bytes)
                    var found = false
                    let isRight = cursor.members(depth: 0) { cursor, name in
                        guard name.elementsEqual(wanted) else { return cursor.skip(depth: 1) }
                        out.removeAll()
                        found = cursor.kind() != .null
                        if !found { return cursor.skip(depth: 1) }
                        return cursor.kind() == .string ? cursor.string(&out) : cursor.copy(to: &out, depth: 1)
                    }
                    return isRight && found
                }
            }
        }
    }
}
