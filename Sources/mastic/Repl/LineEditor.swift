internal import CEdit

/// A text editor of a few lines at the prompt: libedit draws and moves, this says what the keys mean that libedit leaves to us.
final class LineEditor {
    enum Input: Equatable {
        case text(String)
        /// Ctrl-C.
        case interrupted
        /// Ctrl-D, or a terminal that is gone.
        case closed
    }

    enum Key: Int32 {
        case enter = 0
        case newline, complete, up, down, home, end, search, interrupt, paste
    }

    enum Answer: Int32 {
        case stay = 0
        case accept, redraw, beep
    }

    /// What a key does.
    var onKey: (Key) -> Answer = { $0 == .enter ? .accept : .stay }
    private var edit: OpaquePointer?

    /// - Returns: nil where standard input or output is no terminal that can be drawn on.
    init?() {
        edit = mst_edit_create(Unmanaged.passUnretained(self).toOpaque()) { context, key in
            guard let context, let key = Key(rawValue: key) else { return Answer.stay.rawValue }
            return Unmanaged<LineEditor>.fromOpaque(context).takeUnretainedValue().onKey(key).rawValue
        }
        if edit == nil { return nil }
    }

    deinit { mst_edit_free(edit) }

    /// Reads a text.
    ///
    /// - Parameter prompt: what stands before it; escape sequences between bytes 1.
    func read(prompt: String) -> Input {
        mst_edit_set_prompt(edit, prompt)
        switch Int(mst_edit_read(edit)) {
        case Int(MST_EDIT_TEXT):
            var text = line.text
            if text.hasSuffix("\n") { text.removeLast() }
            return .text(text)
        case Int(MST_EDIT_INTERRUPTED): return .interrupted
        default: return .closed
        }
    }

    /// The text so far, and the byte of its UTF-8 at which the cursor stands.
    var line: (text: String, cursor: Int) {
        get {
            var (length, cursor) = (0, 0)
            guard let bytes = mst_edit_text(edit, &length, &cursor) else { return ("", 0) }
            return (String(decoding: UnsafeRawBufferPointer(start: bytes, count: length), as: UTF8.self), cursor)
        }
        set {
            var text = newValue.text
            text.withUTF8 { bytes in
                bytes.withMemoryRebound(to: CChar.self) { mst_edit_replace(edit, $0.baseAddress ?? UnsafePointer(bitPattern: 1), $0.count, newValue.cursor) }
            }
        }
    }

    /// Puts a text in at the cursor.
    func insert(_ text: String) {
        let (old, cursor) = line
        let bytes = Array(old.utf8)
        let place = min(cursor, bytes.count)
        line = (String(decoding: bytes[..<place] + Array(text.utf8) + bytes[place...], as: UTF8.self), place + text.utf8.count)
    }

    /// What was pasted last.
    var pasted: String {
        var length = 0
        guard let bytes = mst_edit_pasted(edit, &length) else { return "" }
        return String(decoding: UnsafeRawBufferPointer(start: bytes, count: length), as: UTF8.self)
    }

    /// Whether it was a signal that ended the last plain read of standard input, which can then go on.
    static func inputWasInterrupted() -> Bool { mst_edit_input_was_interrupted() }

    // MARK: For those who read keys themselves

    /// Waits for a key; nil where there is no more input.
    func key() -> Unicode.Scalar? {
        let character = mst_edit_key(edit)
        return character < 0 ? nil : Unicode.Scalar(UInt32(character)) ?? "\u{fffd}"
    }

    func push(_ key: Unicode.Scalar) { mst_edit_push(edit, Int32(key.value)) }
    func setPrompt(_ prompt: String) { mst_edit_set_prompt(edit, prompt) }
    func draw() { mst_edit_draw(edit) }

    /// Moves below the text, where something is to be written.
    func leave() { mst_edit_leave(edit) }
}
