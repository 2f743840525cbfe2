internal import Connectors
internal import Columnar

/// A chart as scripts show it.
struct Plot: Displayable {
    let chart: Chart

    func text(on screen: ScreenShape) -> String { ChartText(chart, on: screen).text }
    var svg: String? { ChartSVG.document(chart) }
}

extension DataFrame {
    static func registerPictures(_ frame: LuaClass<DataFrame>) {
        frame.method(Signature("plot", PlotRequest.parameters)) { frame, arguments in
            try frame.plot(arguments)
            return []
        }
        registerProfile(frame)
    }

    /// Draws the frame: on the screen, or into a file.
    func plot(_ arguments: Arguments) throws {
        let file = try arguments.string("save").map { try PictureFile($0, arguments.function, environment) }
        let request = try PlotRequest(arguments, try relation())
        let chart = try PlotData(request, self).chart()
        if environment.explains { return }
        guard let file else { return try environment.display(Plot(chart: chart)) }
        // A file is no screen: as wide as was asked for, without colours.
        try file.write(file.isSVG ? ChartSVG.document(chart) : ChartText(chart, on: ScreenShape()).text)
    }
}

/// A file that takes a picture.
struct PictureFile {
    let path: String
    let isSVG: Bool

    /// - Throws: `APIError` for a name that does not say what is in the file, and for one that a script may not write to.
    init(_ name: String, _ place: String, _ environment: ScriptEnvironment) throws {
        let lowered = name.lowercased()
        guard lowered.hasSuffix(".svg") || lowered.hasSuffix(".txt") else {
            let last = LocalPath.name(of: name)
            let stem = last.contains(".") ? String(last[..<(last.lastIndex(of: ".") ?? last.endIndex)]) : last
            throw APIError("\(place): 'save' writes .svg and .txt files, and '\(name)' is neither; try save = \"\(stem.isEmpty ? "plot" : stem).svg\"")
        }
        let location = try environment.locate(name)
        guard !location.namesFolder, !LocalPath.isFolder(location.path) else { throw APIError("\(place): 'save' names a file, and '\(name)' is a folder") }
        let folder = LocalPath.parent(of: location.path)
        guard LocalPath.isFolder(folder) else { throw APIError("\(place): '\(name)' cannot be saved: there is no folder '\(folder)'; make it first") }
        (path, isSVG) = (location.path, lowered.hasSuffix(".svg"))
    }

    /// Writes the file, which appears in full or not at all, and takes the place of one that was there.
    func write(_ text: String) throws { try LocalFile.replace(path, with: text) }
}
