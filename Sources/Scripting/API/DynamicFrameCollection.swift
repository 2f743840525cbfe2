internal import Columnar
internal import Engine

/// Frames by name, in the order in which they were made.
final class DynamicFrameCollection: ScriptObject {
    static let className = "DynamicFrameCollection"

    private(set) var frames: [(name: String, frame: DynamicFrame)]
    let environment: ScriptEnvironment

    init(_ frames: [(String, DynamicFrame)], _ environment: ScriptEnvironment) {
        self.frames = frames.map { ($0.0, $0.1) }
        self.environment = environment
    }

    subscript(name: String) -> DynamicFrame? { frames.first { $0.name == name }?.frame }

    var names: [String] { frames.map(\.name) }

    /// The frame of a name; an empty one where there is none (Glue's rule).
    func select(_ name: String) -> DynamicFrame {
        self[name] ?? DynamicFrame(ScanNode(MemorySource(name: name, schema: .empty, batches: [])), name: name, environment: environment)
    }

    static func register(_ api: APIBuilder) {
        let state = api.environment.state
        state.register(DynamicFrameCollection.self, name: className) { collection in
            collection.method(["select"], [.required("key", .string), .optional("transformation_ctx", .string)]) {
                [.object($0.select($1.string("key", default: "")))]
            }
            collection.method("keys") { collection, _ in [.array(collection.names.map { .string($0) })] }
            collection.method("values") { collection, _ in [.array(collection.frames.map { .object($0.frame) })] }
            collection.method(["map"], [.required("callable", .function), .optional("transformation_ctx", .string)]) { collection, arguments in
                [.object(try collection.mapped(arguments))]
            }
            collection.method(["flatmap"], [.required("f", .function), .optional("transformation_ctx", .string)]) { collection, arguments in
                [.object(try collection.flatMapped(arguments))]
            }
            collection.subscripting { collection, key in
                guard let name = key.text else { throw APIError("a DynamicFrameCollection is read by name, not by \(key.kindDescription)") }
                guard let frame = collection[name] else {
                    let hint = Suggestion.hint(for: name, in: collection.names)
                    throw APIError("there is no frame '\(name)'\(hint) (frames: \(collection.names.joined(separator: ", ")))", .unknownChoice)
                }
                return .object(frame)
            }
            collection.metamethod("__len") { call in
                [.integer(Int64((call.receiver as? DynamicFrameCollection ?? call[0].object(as: DynamicFrameCollection.self))?.frames.count ?? 0))]
            }
        }
        api.function(Signature("DynamicFrameCollection", [.required("dynamic_frames", .any), .optional("glue_ctx", .any)])) { arguments in
            [.object(try DynamicFrameCollection(arguments, api.environment))]
        }
    }

    private convenience init(_ arguments: Arguments, _ environment: ScriptEnvironment) throws {
        let wanted = "\(arguments.function) takes a list of frames, or a table of frames by name"
        guard case .table(let table)? = arguments["dynamic_frames"] else { throw APIError(wanted) }
        var frames: [(String, DynamicFrame)] = []
        for item in table.items {
            guard let frame = item.object(as: DynamicFrame.self) else { throw APIError("\(wanted); it holds \(item.kindDescription)") }
            frames.append((frame.name, frame))
        }
        for (name, value) in table.sortedFields {
            guard let frame = value.object(as: DynamicFrame.self) else { throw APIError("\(wanted); '\(name)' is \(value.kindDescription)") }
            frames.append((name, frame.with(name: name)))
        }
        self.init(frames, environment)
    }

    private func mapped(_ arguments: Arguments) throws -> DynamicFrameCollection {
        let function = try arguments.function("callable")
        let context = arguments.string("transformation_ctx", default: "")
        return DynamicFrameCollection(
            try frames.map { name, frame in
                let result = try function.call([.object(frame), .string("\(context):\(name)")])
                guard let mapped = result.first?.object(as: DynamicFrame.self) else {
                    throw APIError("the function given to map must return a DynamicFrame, not \((result.first ?? .nil).kindDescription)", .wrongArgument)
                }
                return (name, mapped)
            }, environment)
    }

    private func flatMapped(_ arguments: Arguments) throws -> DynamicFrameCollection {
        let function = try arguments.function("f")
        let context = arguments.string("transformation_ctx", default: "")
        var result: [(String, DynamicFrame)] = []
        for (_, frame) in frames {
            let returned = try function.call([.object(frame), .string("\(context):\(frame.name)")]).first ?? .nil
            if let one = returned.object(as: DynamicFrame.self) {
                result.append((one.name, one))
            } else if let many = returned.object(as: DynamicFrameCollection.self) {
                result += many.frames.map { ($0.name, $0.frame) }
            } else {
                throw APIError("the function given to flatmap must return a DynamicFrame or a collection, not \(returned.kindDescription)", .wrongArgument)
            }
        }
        return DynamicFrameCollection(result, environment)
    }
}
