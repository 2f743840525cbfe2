internal import Catalog
internal import Jobs
internal import Scripting

/// Something to look at, in all forms that it has, by their media types.
struct DisplayBundle {
    let data: [String: JSONValue]
    /// The form that everybody can show.
    let text: String
    /// Whether it is the value of a cell, rather than something that the cell draws.
    let isValue: Bool

    /// - Returns: nil where there is nothing to see: what statements give that give no rows.
    init?(_ thing: any Displayable, on screen: ScreenShape) throws {
        if let preview = thing as? FramePreview, preview.columns.isEmpty { return nil }
        isValue = thing is FramePreview || thing is TextDisplay
        var text = try thing.text(on: screen)
        if text.hasSuffix("\n") { text.removeLast() }
        self.text = text
        var data: [String: JSONValue] = ["text/plain": .string(text)]
        if let html = try thing.html { data["text/html"] = .string(html) }
        if let svg = try thing.svg { data["image/svg+xml"] = .string(svg) }
        self.data = data
    }
}
