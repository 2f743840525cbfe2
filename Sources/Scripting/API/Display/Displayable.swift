/// Something to be looked at: a table, a picture. A terminal gets it as text, a notebook in the richest form that there is.
public protocol Displayable {
    /// The thing drawn with letters, with a line feed at the end.
    func text(on screen: ScreenShape) throws -> String
    /// The thing as a fragment of HTML, all text in it escaped; nil where there is none.
    var html: String? { get throws }
    /// The thing as a whole SVG document; nil where there is none.
    var svg: String? { get throws }
}

extension Displayable {
    public var html: String? { nil }
    public var svg: String? { nil }
}

/// What something is drawn on.
public struct ScreenShape: Sendable, Equatable {
    /// Columns of letters.
    public var width: Int
    /// Lines.
    public var height: Int
    /// Whether escape sequences for colours are understood and wanted.
    public var hasColours: Bool

    public init(width: Int = 80, height: Int = 24, hasColours: Bool = false) { (self.width, self.height, self.hasColours) = (width, height, hasColours) }
}
