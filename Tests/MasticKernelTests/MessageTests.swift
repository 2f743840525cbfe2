import MasticKernel
import Catalog
import Foundation
import Testing

@Test func theLibraryIsThere() { #expect(ZeroMQ.isAvailable) }

private let signer = MessageSigner(key: Array("a-key".utf8))

private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// A message of four texts with its signature.
private func signed(_ header: String, _ parent: String = "{}", _ metadata: String = "{}", _ content: String = "{}", identities: [String] = ["peer"]) -> [[UInt8]] {
    let parts = [header, parent, metadata, content].map(bytes)
    return identities.map(bytes) + [KernelMessage.delimiter, signer.signature(of: parts)] + parts
}

private let header = #"{"msg_id": "7", "msg_type": "execute_request", "session": "s", "username": "u", "version": "5.3"}"#

@Suite struct SignatureTests {
    // Computed by Python's hmac module.
    @Test func signaturesAreThoseOfOthers() {
        #expect(String(decoding: signer.signature(of: ["a", "b", "", "c"].map(bytes)), as: UTF8.self) == "b0581cf08c4d0f9c12a341924c79aa1eff6075c0082472f4d6dbc007cf77e70f")
        #expect(signer.signature(of: [bytes("ab"), bytes("c")]) == signer.signature(of: [bytes("a"), bytes("bc")]))
    }

    @Test(arguments: ["", "0", "00000000", String(repeating: "0", count: 64), String(repeating: "0", count: 65)])
    func othersAreRefused(_ signature: String) { #expect(!signer.isSigned([bytes("a")], with: bytes(signature))) }

    @Test func aKeyLongerThanABlockCounts() {
        let long = MessageSigner(key: [UInt8](repeating: 7, count: 200))
        #expect(String(decoding: long.signature(of: [bytes("abc")]), as: UTF8.self) == "ce4026c6deedf99ced0b41a565a9b2727c80a611b0d0d41da32f63ffca6a2932")
    }

    @Test func withoutAKeyNothingIsSigned() {
        let open = MessageSigner(key: [])
        #expect(open.signature(of: [bytes("a")]).isEmpty)
        #expect(open.isSigned([bytes("a")], with: bytes("anything")))
    }
}

@Suite struct MessageTests {
    @Test func aMessageIsRead() throws {
        let message = try KernelMessage(signed(header, #"{"msg_id": "1"}"#, "{}", #"{"code": "x = 1", "silent": false}"#, identities: ["a", "b"]), signer)
        #expect(message.id == "7")
        #expect(message.type == "execute_request")
        #expect(message.session == "s")
        #expect(message.identities == [bytes("a"), bytes("b")])
        #expect(message.header == bytes(header))
        #expect(message.content == ["code": .string("x = 1"), "silent": .boolean(false)])
    }

    @Test func whatIsWrittenIsReadBack() throws {
        let writer = MessageWriter(signer)
        let content: [String: JSONValue] = ["text": .string("grüße/\"\n😀"), "number": .integer(5), "odd": .number(.nan), "list": .texts(["a"])]
        let parts = writer.parts("stream", content, parent: bytes(header), prefix: [bytes("stream")])
        #expect(parts[0] == bytes("stream"))
        let message = try KernelMessage(parts, signer)
        #expect(message.type == "stream")
        #expect(message.content["text"] == content["text"])
        #expect(message.content["odd"] == .string("NaN"))
        #expect(parts[4] == bytes(header))
        let second = try KernelMessage(writer.parts("stream", [:], parent: nil, prefix: []), signer)
        #expect(second.id != message.id)
        #expect(second.session == message.session)
    }

    @Test(arguments: [
        ([[1, 2]], KernelMessage.Fault.noDelimiter), ([], .noDelimiter), ([KernelMessage.delimiter], .tooFewParts(0)),
        ([KernelMessage.delimiter, [], [], []], .tooFewParts(3)), ([KernelMessage.delimiter, [], [], [], [], []], .wrongSignature),
        (signed("nonsense"), .notJSON("header")), (signed("[]"), .notJSON("header")), (signed("{}"), .missing("msg_type")),
        (signed(#"{"msg_type": "x"}"#), .missing("msg_id")), (signed(#"{"msg_type": "", "msg_id": "1"}"#), .missing("msg_type")),
        (signed(header, "1"), .notJSON("parent header")), (signed(header, "{}", "x"), .notJSON("metadata")),
        (signed(header, "{}", "{}", "{"), .notJSON("content")),
        (signed(header + String(repeating: " ", count: 70000)), .headerTooLong(header.utf8.count + 70000)),
    ] as [([[UInt8]], KernelMessage.Fault)])
    func faultsAreTold(_ parts: [[UInt8]], _ fault: KernelMessage.Fault) {
        #expect(throws: fault) { _ = try KernelMessage(parts, signer) }
    }

    @Test func aChangedByteIsSeen() {
        var parts = signed(header, "{}", "{}", #"{"code": "x"}"#)
        parts[6][10] ^= 1
        #expect(throws: KernelMessage.Fault.wrongSignature) { _ = try KernelMessage(parts, signer) }
    }
}

@Suite struct OutputTests {
    @Test(arguments: [
        ("", 0), ("abc", 3), ("ab\u{e9}", 4), ("a\u{4e16}", 4), ("a\u{1f600}", 5),
    ])
    func wholeCharactersStay(_ text: String, _ count: Int) {
        let whole = Array(text.utf8)
        #expect(OutputCapture.wholeCharacters(whole) == count)
        guard let last = text.unicodeScalars.last, last.value > 127 else { return }
        for cut in 1..<UTF8.width(last) {
            #expect(OutputCapture.wholeCharacters(Array(whole.dropLast(cut))) == count - UTF8.width(last), "without \(cut)")
        }
    }

    @Test func whatIsNoTextIsNotKeptBack() {
        #expect(OutputCapture.wholeCharacters([0x61, 0x80, 0x80, 0x80, 0x80]) == 5)
        #expect(OutputCapture.wholeCharacters([0x80]) == 1)
    }
}

@Suite struct ConnectionFileTests {
    private func file(_ changes: [String: JSONValue] = [:]) throws -> ConnectionFile {
        var members: [String: JSONValue] = ["ip": .string("127.0.0.1"), "transport": .string("tcp"), "key": .string("k")]
        for (index, channel) in ConnectionFile.Channel.allCases.enumerated() { members["\(channel.rawValue)_port"] = .integer(Int64(5000 + index)) }
        return try ConnectionFile(Array(JSONEncoder().encode(members.merging(changes) { $1 })), name: "c.json")
    }

    @Test func addresses() throws {
        #expect(try file().address(.shell) == "tcp://127.0.0.1:5000")
        #expect(try file().address(.heartbeat) == "tcp://127.0.0.1:5004")
        #expect(try file(["ip": .string("::1")]).address(.control) == "tcp://[::1]:5001")
        #expect(try file(["ip": .string("/tmp/k"), "transport": .string("ipc")]).address(.iopub) == "ipc:///tmp/k-5002")
    }

    @Test(arguments: [
        ("transport", JSONValue.string("udp"), "asks for the transport 'udp'; there are tcp and ipc"),
        ("signature_scheme", .string("hmac-md5"), "asks for signatures by 'hmac-md5'; hmac-sha256 is what there is"),
        ("hb_port", .integer(0), "needs a port from 1 to 65535 as its 'hb_port'"), ("shell_port", .string("1"), "needs a port from 1 to 65535 as its 'shell_port'"),
        ("ip", .null, "needs an address as its 'ip'"), ("key", .integer(1), "needs a text as its 'key'"),
    ] as [(String, JSONValue, String)])
    func faults(_ member: String, _ value: JSONValue, _ words: String) {
        #expect(throws: KernelError("the connection file 'c.json' \(words)")) { _ = try file([member: value]) }
    }
}
