import Foundation
import Glibc
import Testing

import MasticServer

@Suite struct ServiceManagerTests {
    /// A socket as a service manager has it.
    private final class Listener {
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)

        init(_ name: String) {
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            var bytes = Array(name.utf8)
            if bytes.first == UInt8(ascii: "@") { bytes[0] = 0 }
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
            let size = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
            let status = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) }
            }
            precondition(status == 0)
        }

        deinit { close(descriptor) }

        /// The next message; nil when there is none.
        var message: String? {
            var bytes = [UInt8](repeating: 0, count: 512)
            let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
            return count < 0 ? nil : String(decoding: bytes[..<count], as: UTF8.self)
        }
    }

    @Test(arguments: [true, false]) func messagesComeOverTheSocket(_ isAbstract: Bool) {
        let name = isAbstract ? "@mastic-test-\(UUID().uuidString)" : NSTemporaryDirectory() + "/n-\(UUID().uuidString.prefix(8))"
        let listener = Listener(name)
        defer { if !isAbstract { unlink(name) } }
        let manager = ServiceManager(environment: ["NOTIFY_SOCKET": name])
        manager.tellReady("scheduling")
        #expect(listener.message == "READY=1\nSTATUS=scheduling")
        manager.tellStopping(within: 1.5)
        #expect(listener.message == "STOPPING=1\nEXTEND_TIMEOUT_USEC=1500000")
        manager.signOfLife()
        #expect(listener.message == nil, "nobody waits for it")
    }

    @Test(arguments: [("1000000000", nil, true), ("1000000000", "7", true), ("1000000000", "8", false), ("0", nil, false), ("x", nil, false)] as [(String, String?, Bool)])
    func signsOfLifeAreGivenToWhoWaits(_ time: String, _ process: String?, _ isGiven: Bool) {
        let name = "@mastic-test-\(UUID().uuidString)"
        let listener = Listener(name)
        var environment = ["NOTIFY_SOCKET": name, "WATCHDOG_USEC": time]
        environment["WATCHDOG_PID"] = process
        let manager = ServiceManager(environment: environment, processID: 7)
        manager.signOfLife()
        #expect(listener.message == (isGiven ? "WATCHDOG=1" : nil))
        manager.signOfLife()
        #expect(listener.message == nil, "once in a while is enough")
    }

    @Test func whoHasNoManagerSaysNothing() {
        ServiceManager(environment: [:]).tellReady("x")
        ServiceManager(environment: ["NOTIFY_SOCKET": "/nowhere/at/all"]).tellReady("x")
        ServiceManager(environment: ["NOTIFY_SOCKET": "@" + String(repeating: "x", count: 200)]).tellReady("x")
    }
}
