public import Scripting

/// Lines of text to look at.
public struct TextDisplay: Displayable, Sendable {
    /// The text, with a line feed at the end.
    public let text: String

    public init(_ text: String) { self.text = text.hasSuffix("\n") ? text : text + "\n" }

    public func text(on screen: ScreenShape) -> String { text }
}
