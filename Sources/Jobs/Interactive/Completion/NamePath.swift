/// The name of a column or a table as texts write it, as far as it is written: `address.zi`, `` `a.b`.c ``.
package struct NamePath: Equatable {
    /// The parts before the last dot, without back-ticks.
    package private(set) var owners: [String] = []
    /// What stands behind it, without the back-tick that it may begin with.
    package private(set) var word = ""
    /// Bytes of the text before the last part.
    package private(set) var start = 0
    /// Whether the last part stands between two back-ticks, so that nothing goes on there.
    private(set) var isClosed = false

    package init(_ text: String) {
        var part: [UInt8] = []
        var isQuoted = false
        for (index, byte) in text.utf8.enumerated() {
            switch byte {
            case UInt8(ascii: "`"):
                if isQuoted { isClosed = true }
                isQuoted.toggle()
            case UInt8(ascii: ".") where !isQuoted:
                owners.append(String(decoding: part, as: UTF8.self))
                part = []
                start = index + 1
                isClosed = false
            default: part.append(byte)
            }
        }
        word = String(decoding: part, as: UTF8.self)
    }

    /// All parts.
    var all: [String] { owners + [word] }
}
