internal import Jobs
internal import Scripting

/// Ctrl-R: the entries of the history that hold a text, as it is typed.
struct HistorySearch {
    let editor: LineEditor
    let entries: [String]

    /// Searches until a key ends it. Return runs what was found, Ctrl-C and Ctrl-G bring back what was there, any other key goes on from what was found.
    func run(prompt: String) -> LineEditor.Answer {
        let before = editor.line
        var wanted = ""
        var place = entries.count
        var found: String?
        defer {
            editor.setPrompt(prompt)
            editor.draw()
        }
        while true {
            let note = wanted.isEmpty || found != nil ? "search" : "nothing has"
            editor.setPrompt("(\(note) \(TerminalText.escaped(wanted))) ")
            editor.draw()
            guard let key = editor.key() else { return .accept }
            switch key.value {
            case 18:
                if let next = find(wanted, below: place) { (place, found) = (next, entries[next]) }
            case 3, 7:
                editor.line = before
                return .stay
            case 8, 127:
                if !wanted.isEmpty { wanted.removeLast() }
                place = find(wanted, below: entries.count) ?? entries.count
                found = place < entries.count && !wanted.isEmpty ? entries[place] : nil
            case 13:
                editor.push("\r")
                return .stay
            case 0x20..., 9:
                wanted.unicodeScalars.append(key)
                if let next = find(wanted, below: min(place + 1, entries.count)) { (place, found) = (next, entries[next]) } else { found = nil }
            default:
                editor.push(key)
                return .stay
            }
            if let found { editor.line = (found, found.utf8.count) } else if wanted.isEmpty { editor.line = before }
        }
    }

    /// The last entry before a place that holds the text, in any case where it is all in lower case.
    private func find(_ text: String, below place: Int) -> Int? {
        guard !text.isEmpty else { return nil }
        let isLower = text == text.lowercased()
        return entries[..<min(place, entries.count)].lastIndex { (isLower ? $0.lowercased() : $0).contains(text) }
    }
}
