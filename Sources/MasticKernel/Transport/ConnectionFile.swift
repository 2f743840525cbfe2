internal import Catalog
internal import Foundation
internal import Glibc

/// Where a kernel listens and how its messages are signed, as Jupyter wrote it down for it.
package struct ConnectionFile: Sendable, Equatable {
    package enum Channel: String, CaseIterable {
        case shell, control, iopub, stdin, heartbeat = "hb"
    }

    private let isTCP: Bool
    private let host: String
    private let ports: [Channel: Int]
    let key: [UInt8]

    /// - Throws: `KernelError` that names the file and its member.
    static func read(_ path: String) throws(KernelError) -> ConnectionFile {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw KernelError("cannot read the connection file '\(path)'; Jupyter writes one before it starts a kernel and gives its path")
        }
        return try ConnectionFile(Array(data), name: path)
    }

    package init(_ bytes: [UInt8], name: String) throws(KernelError) {
        func wrong(_ what: String) -> KernelError { KernelError("the connection file '\(name)' \(what)") }
        guard let members = try? JSONDecoder().decode([String: JSONValue].self, from: Data(bytes)) else { throw wrong("is no JSON object") }
        let scheme = members["signature_scheme"]?.text ?? "hmac-sha256"
        guard scheme == "hmac-sha256" else { throw wrong("asks for signatures by '\(scheme)'; hmac-sha256 is what there is") }
        guard let key = (members["key"] ?? .string("")).text else { throw wrong("needs a text as its 'key'") }
        self.key = Array(key.utf8)
        let transport = members["transport"]?.text ?? "tcp"
        guard ["tcp", "ipc"].contains(transport) else { throw wrong("asks for the transport '\(transport)'; there are tcp and ipc") }
        isTCP = transport == "tcp"
        guard let host = members["ip"]?.text, !host.isEmpty, !host.utf8.contains(0) else { throw wrong("needs an address as its 'ip'") }
        self.host = host
        var ports: [Channel: Int] = [:]
        for channel in Channel.allCases {
            let member = "\(channel.rawValue)_port"
            guard let port = members[member]?.whole, (1...65535).contains(port) else { throw wrong("needs a port from 1 to 65535 as its '\(member)'") }
            ports[channel] = port
        }
        self.ports = ports
    }

    package func address(_ channel: Channel) -> String {
        let port = ports[channel] ?? 0
        if !isTCP { return "ipc://\(host)-\(port)" }
        return host.contains(":") ? "tcp://[\(host)]:\(port)" : "tcp://\(host):\(port)"
    }
}
