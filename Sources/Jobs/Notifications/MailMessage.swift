internal import Foundation

/// A mail in plain text (RFC 5322, RFC 2045): headers of which each is one line, and a body in base64, in which nothing can be taken for anything else.
package struct MailMessage {
    package let bytes: [UInt8]

    /// - Parameters:
    ///   - id: a unique word, for `Message-ID`.
    ///   - time: seconds since the epoch.
    package init(from: String, to: [String], subject: String, text: String, id: String, time: Double) {
        let domain = from.split(separator: "@").last.map(String.init) ?? "localhost"
        let headers = [
            "From: <\(from)>", "To: " + to.map { "<\($0)>" }.joined(separator: ",\r\n "), "Subject: " + SafeText.headerField(subject), "Date: " + Self.date(time),
            "Message-ID: <\(id)@\(domain)>", "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64",
            // RFC 3834: nobody's holiday answer is wanted.
            "Auto-Submitted: auto-generated",
        ]
        let code = Array(SafeText.base64(Array(text.replacing("\n", with: "\r\n").utf8)).utf8)
        let lines = stride(from: 0, to: code.count, by: 76).map { String(decoding: code[$0..<min($0 + 76, code.count)], as: UTF8.self) }
        bytes = Array((headers + [""] + lines + [""]).joined(separator: "\r\n").utf8)
    }

    /// The addresses of a list with commas. Only plain ones: `name@host`, ASCII, without anything that could end a header or a command.
    ///
    /// - Throws: `DeliveryError`.
    package static func addresses(_ list: String) throws -> [String] {
        let addresses = list.split(separator: ",", omittingEmptySubsequences: false).map { $0.trimmingCharacters(in: .whitespaces) }
        for address in addresses {
            let parts = address.split(separator: "@", omittingEmptySubsequences: false)
            let isPlain = address.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"<>()[]\\,;:\"".utf8.contains($0) }
            guard isPlain, parts.count == 2, parts.allSatisfy({ !$0.isEmpty }), address.utf8.count <= 254 else {
                throw DeliveryError(description: "'\(SafeText.printable(address, keepsLines: false))' is no mail address", isPermanent: true)
            }
        }
        guard (1...50).contains(addresses.count) else { throw DeliveryError(description: "a message goes to 1 to 50 mail addresses", isPermanent: true) }
        return addresses
    }

    /// `Thu, 29 Feb 2024 13:45:10 +0000`, whatever the locale.
    static func date(_ seconds: Double) -> String {
        var clock = time_t(max(0, min(seconds.isFinite ? seconds : 0, 253_402_300_799)))
        var parts = tm()
        gmtime_r(&clock, &parts)
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(days[Int(parts.tm_wday)]), \(two(parts.tm_mday)) \(months[Int(parts.tm_mon)]) \(1900 + parts.tm_year) "
            + "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)) +0000"
    }
}
