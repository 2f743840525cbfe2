public import Catalog
public import Connectors
internal import Foundation
public import Logging

/// A message as it waits in the catalog's outbox: where it goes, what is told, and its words.
///
/// It is composed once, when the run changes its state; what is sent later is what was true then.
public struct NotificationMessage: Codable, Hashable, Sendable {
    public let target: NotificationTarget
    public let notification: RunNotification
    /// One line.
    public let subject: String
    public let text: String
    /// Where a command works; nil for the folder of whoever sends it.
    public let folder: String?

    private enum CodingKeys: String, CodingKey { case target = "Target", notification = "Notification", subject = "Subject", text = "Text", folder = "WorkingDirectory" }

    /// - Parameter template: the text of a template; nil for the one that comes with Mastic.
    /// - Throws: `JobError` for a template that is none.
    public init(_ notification: RunNotification, to target: NotificationTarget, template: String? = nil, folder: String? = nil) throws {
        (self.target, self.notification, self.folder) = (target, notification, folder)
        (subject, text) = try NotificationTemplate(template ?? NotificationTemplate.standard).render(notification)
    }

    /// The body for the outbox: `SchedulingTransaction.post`.
    public var body: String { RecordJSON.encode(self) }

    /// Reads a body.
    ///
    /// - Throws: `CatalogError`.
    public init(body: String) throws { self = try RecordJSON.decode(NotificationMessage.self, from: body) }

    /// The messages that a run's state, or its delay, brings about: one for each target of its job that wants to know. A delay goes to all targets.
    ///
    /// A project's template (setting `notification_template`, a path that begins at the job's working directory) that cannot be read or is wrong costs
    /// no message: it is logged, and the standard one is used.
    public static func compose(
        for run: RunRecord, of job: JobRecord, reason: RunNotification.Reason = .state, home: Home, log: Logger, at time: Double = CatalogStore.now
    ) -> [NotificationMessage] {
        let targets = (job.notifications ?? []).filter { reason != .state || $0.tells(run.state) }
        guard !targets.isEmpty else { return [] }
        let folder = job.workingDirectory
        let facts = RunNotification(run, reason: reason, home: home, workingDirectory: folder, at: time)
        var template: String?
        if let path = home.setting("notification_template"), !path.isEmpty {
            do {
                let file = try home.locate(path, from: folder ?? LocalPath.workingDirectory).path
                guard let text = try LocalPath.readSmallFile(file) else { throw StorageError(.notFound, path: file, "\(file) is not there") }
                _ = try NotificationTemplate(text)
                template = text
            } catch {
                log.error("the setting notification_template cannot be used, and messages have their standard form: \(error)")
            }
        }
        return targets.compactMap { target in
            var own = facts
            own.id = UUID().uuidString.lowercased()
            return (try? NotificationMessage(own, to: target, template: template, folder: folder)) ?? (try? NotificationMessage(own, to: target, folder: folder))
        }
    }

    /// What tells one way from another: messages to one destination are sent one after the other.
    package var destination: String { target.webhook ?? target.mail.map { "mailto:" + $0 } ?? target.command ?? "" }

    /// How log lines call the destination: without what a webhook's address may hold of secrets.
    var destinationName: String {
        if target.mail != nil { return "mail" }
        guard let webhook = target.webhook else { return "command" }
        return "webhook " + (URLComponents(string: webhook)?.host ?? "")
    }
}

/// Why a message was not sent.
package struct DeliveryError: Error, CustomStringConvertible {
    package let description: String
    /// Whether trying again is of no use.
    var isPermanent = false
    /// Seconds for which the receiver asked to be left alone.
    var retryAfter = 0.0
}
