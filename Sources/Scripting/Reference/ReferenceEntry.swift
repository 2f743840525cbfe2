/// What the reference says of one name: a class, a function, a method, a field, a global.
public struct ReferenceEntry: Sendable, Equatable {
    public enum Kind: String, Sendable {
        case `class`, function, method, field
        /// A global that is no function: `glueContext`, `null`.
        case value
        /// A name for a type: what a parameter may be.
        case alias
    }

    public struct Parameter: Sendable, Equatable {
        /// `...` where any number may come.
        public let name: String
        public let type: AnnotationType
        public let isOptional: Bool
        public let description: String
    }

    public struct Result: Sendable, Equatable {
        public let type: AnnotationType
        public let description: String
    }

    public struct Example: Sendable, Equatable {
        public let code: String
        /// What stands behind the code in a block of its own; nil where nothing does.
        public let output: String?
        /// The line of the annotation where the code begins.
        public let line: Int
    }

    /// As scripts and error messages write it: `Filter.apply`, `DynamicFrame:filter`, `F.sum`, `glueContext`.
    public let name: String
    public internal(set) var kind: Kind
    /// The paragraphs, examples left out; blocks of other text stand in fences, as they were written.
    public internal(set) var paragraphs: [String] = []
    public internal(set) var examples: [Example] = []
    public internal(set) var parameters: [Parameter] = []
    public internal(set) var results: [Result] = []
    /// Other ways to call the function.
    public internal(set) var overloads: [AnnotationType] = []
    /// The type of a field or a global; what an alias stands for.
    public internal(set) var type: AnnotationType?
    /// The classes that a class takes its members from.
    public internal(set) var parents: [String] = []
    /// The names of a class's members, in their order.
    public internal(set) var members: [String] = []
    /// Other names for the same.
    public internal(set) var otherNames: [String] = []
    /// Names worth a look.
    public internal(set) var related: [String] = []
    /// Whether the name can be called.
    public internal(set) var isCallable = false
    /// The file of annotations, without its ending, and the line.
    public internal(set) var topic: String
    public internal(set) var line: Int

    /// The first sentence.
    public var summary: String { paragraphs.first.map(Self.firstSentence) ?? "" }

    /// The class that the name belongs to; nil for a global.
    public var owner: String? {
        guard let end = name.lastIndex(where: { $0 == "." || $0 == ":" }) else { return nil }
        return String(name[..<end])
    }

    /// The name without its class.
    public var shortName: String { name.lastIndex { $0 == "." || $0 == ":" }.map { String(name[name.index(after: $0)...]) } ?? name }

    /// How it is called: `Filter.apply(frame, f, [transformation_ctx])`.
    public var signature: String {
        guard isCallable else { return name }
        return name + "(" + parameters.map { $0.isOptional ? "[\($0.name)]" : $0.name }.joined(separator: ", ") + ")"
    }

    private static func firstSentence(_ text: String) -> String {
        var start = text.startIndex
        while let end = text[start...].firstRange(of: ". ") {
            // A full stop behind a single letter ends no sentence: "i. e.".
            let sentence = text[..<end.lowerBound]
            if sentence.split(separator: " ").last.map({ $0.count > 1 }) ?? true { return sentence + "." }
            start = end.upperBound
        }
        return text
    }
}
