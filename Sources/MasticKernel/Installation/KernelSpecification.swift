internal import Catalog
internal import Columnar
internal import Foundation
internal import Glibc

/// The folder by which Jupyter finds a kernel: how to start it, and what it is called.
public struct KernelSpecification: Sendable {
    /// The folder of all kernels.
    public let kernels: String
    /// What `jupyter --kernel` calls it.
    public let name: String

    /// The specification's own folder.
    public var folder: String { kernels + "/" + name }

    /// - Parameters:
    ///   - prefix: a folder like `/usr/local` or that of a Python environment; nil for the user's own.
    ///   - environment: `JUPYTER_DATA_DIR`, `XDG_DATA_HOME`, `HOME`.
    /// - Throws: `KernelError` for a name that is none, and where there is no place for kernels.
    public init(name: String, prefix: String?, environment: [String: String]) throws(KernelError) {
        let isName = !name.isEmpty && name.count <= 100 && !name.hasPrefix(".") && name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"): true
            default: false
            }
        }
        guard isName else { throw KernelError("'\(name)' is no name for a kernel: it takes letters, digits, '.', '-' and '_', and begins with no '.'") }
        self.name = name
        func set(_ variable: String) -> String? { environment[variable].flatMap { $0.isEmpty ? nil : $0 } }
        let data: String
        if let prefix {
            data = prefix + "/share/jupyter"
        } else if let folder = set("JUPYTER_DATA_DIR") {
            data = folder
        } else if let folder = set("XDG_DATA_HOME") {
            data = folder + "/jupyter"
        } else if let home = set("HOME") {
            data = home + "/.local/share/jupyter"
        } else {
            throw KernelError("there is no place for kernels: HOME is not set; give one with --prefix DIR")
        }
        let path = data + "/kernels"
        kernels = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    }

    /// Writes the folder, over one of this name that Mastic wrote before.
    ///
    /// - Parameters:
    ///   - program: the path of the binary.
    ///   - arguments: what follows `kernel start` and the connection file: `--home DIR`.
    ///   - displayName: what notebooks show.
    /// - Throws: `KernelError` where a kernel of somebody else has the name, or nothing can be written.
    public func install(program: String, arguments: [String], displayName: String) throws(KernelError) {
        if let other = otherKernel() {
            throw KernelError("\(folder) holds a kernel that is not Mastic's (\(other)); choose another name with --name NAME")
        }
        let specification: [String: JSONValue] = [
            "argv": .texts([program, "kernel", "start", "--connection-file", "{connection_file}"] + arguments),
            "display_name": .string(displayName), "language": .string("lua"), "interrupt_mode": .string("message"),
            "kernel_protocol_version": .string(MessageWriter.protocolVersion), "env": .object([:]),
            "metadata": .object(["debugger": .boolean(false)]),
        ]
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            var files = try [("kernel.json", Array(encoder.encode(specification)) + [0x0a]), ("logo-svg.svg", Array(KernelLogo.svg.utf8))]
            files += KernelLogo.pngs.map { ("logo-\($0.0)x\($0.0).png", $0.1) }
            for (name, bytes) in files { try Data(bytes).write(to: URL(fileURLWithPath: folder + "/" + name), options: .atomic) }
        } catch {
            throw KernelError("cannot write \(folder): \(Self.reason(error)); --prefix DIR chooses another place")
        }
    }

    /// Removes the folder.
    ///
    /// - Throws: `KernelError` where there is none, with the nearest name, or where it is another program's.
    public func uninstall() throws(KernelError) {
        guard FileManager.default.fileExists(atPath: folder + "/kernel.json") else {
            let names = ((try? FileManager.default.contentsOfDirectory(atPath: kernels)) ?? []).sorted()
            throw KernelError("there is no kernel '\(name)' in \(kernels)" + Suggestion.hint(for: name, in: names))
        }
        if let other = otherKernel() { throw KernelError("the kernel '\(name)' in \(kernels) is not Mastic's (\(other)); it stays") }
        do {
            try FileManager.default.removeItem(atPath: folder)
        } catch {
            throw KernelError("cannot remove \(folder): \(Self.reason(error))")
        }
    }

    /// The program that the folder's kernel starts, if that is not `mastic kernel start`.
    private func otherKernel() -> String? {
        guard let data = FileManager.default.contents(atPath: folder + "/kernel.json") else { return nil }
        guard let members = try? JSONDecoder().decode([String: JSONValue].self, from: data), case .array(let words)? = members["argv"] else {
            return "its kernel.json cannot be read"
        }
        let texts = words.compactMap(\.text)
        return texts.dropFirst().starts(with: ["kernel", "start"]) ? nil : "it starts " + (texts.first ?? "nothing")
    }

    private static func reason(_ error: any Error) -> String {
        let inner = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError ?? error as NSError
        if inner.domain == NSPOSIXErrorDomain { return String(cString: strerror(Int32(inner.code))).lowercased() }
        return inner.localizedDescription
    }
}
