internal import Catalog
internal import Connectors
internal import Dispatch
internal import FoundationEssentials
internal import Glibc
internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import Jobs
internal import Logging
internal import NIOCore
internal import ServiceLifecycle

/// Tells over HTTP how the server is. Read-only: GET and HEAD.
struct HTTPService: Service {
    /// Connections at one time; further ones wait.
    private static let maximumConnections = 256
    /// Bytes of a request's head.
    private static let maximumHead = 16 << 10
    /// Seconds after which a connection that says nothing is closed.
    private static let idleSeconds: Int64 = 30

    private let host: String
    private let port: Int?
    private let version: String
    private let catalog: CatalogReader
    private let status: ServerStatus
    private let metrics: ServerMetrics
    private let log: Logger
    private let onListening: @Sendable () -> Void

    /// - Parameters:
    ///   - port: 0 for one that is free; nil for the usual one, or where another process has that, one that is free.
    ///   - home: the service's own, so that it reads while the scheduler writes.
    ///   - onListening: is called when requests are answered.
    init(
        host: String, port: Int?, version: String, home: Home, status: ServerStatus, metrics: ServerMetrics, log: Logger,
        onListening: @escaping @Sendable () -> Void
    ) {
        (self.host, self.port, self.version, catalog) = (host, port, version, CatalogReader(home))
        (self.status, self.metrics, self.log, self.onListening) = (status, metrics, log, onListening)
    }

    func run() async throws {
        do {
            try await listen(port ?? HomeServer.usualPort)
        } catch let error as IOError where error.errnoCode == EADDRINUSE && port == nil {
            // Two schedulers on one machine are nothing unusual: one of them stands by.
            log.notice("\(Self.url(host, HomeServer.usualPort)) is in use by another process; taking a free port")
            try await listen(0)
        }
    }

    /// - Throws: `ServerError`; for a usual port that is taken, `IOError`.
    private func listen(_ port: Int) async throws {
        // The library tells of every start and stop, which this service does itself.
        var quiet = log
        if quiet.logLevel == .info { quiet.logLevel = .notice }
        var decoder = HTTP1Channel.Configuration.DecoderConfiguration()
        (decoder.maxHeaderFieldSize, decoder.maxHeaderListSize, decoder.maxHeaderFieldCount) = (Self.maximumHead, Self.maximumHead, 100)
        let app = Application(
            router: router,
            server: .http1(configuration: .init(idleTimeout: .seconds(Self.idleSeconds), httpDecoderConfiguration: decoder)),
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port), serverName: "mastic/\(version)", backlog: 128,
                availableConnectionsDelegate: .maximum(Self.maximumConnections, logger: quiet)),
            onServerRunning: { channel in
                log.notice("listening on \(Self.url(host, channel.localAddress?.port ?? port))")
                onListening()
            }, logger: quiet)
        do {
            try await app.run()
        } catch let error as IOError where error.errnoCode != EADDRINUSE || self.port != nil {
            throw ServerError.cannotListen(Self.url(host, port), error)
        } catch let error as SocketAddressError.UnknownHost {
            throw ServerError.unknownHost(error.host)
        }
    }

    /// - Parameter host: IPv6 addresses get brackets.
    static func url(_ host: String, _ port: Int) -> String { "http://\(host.contains(":") ? "[\(host)]" : host):\(port)" }

    // MARK: - Routes

    private var router: Router<BasicRequestContext> {
        let router = Router(context: BasicRequestContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: ErrorsAsJSON())
        router.get("/") { _, _ in try JSONResponse.make(.ok, Overview(name: "mastic", version: version)) }
        router.get("health") { _, _ in
            let health = await health
            return try JSONResponse.make(health.isWell ? .ok : .serviceUnavailable, health)
        }
        router.get("ready") { _, _ in
            let health = await health
            return try JSONResponse.make(health.isReady ? .ok : .serviceUnavailable, Readiness(ready: health.isReady, role: health.role, reason: health.reason))
        }
        router.get("metrics") { _, _ in
            let figures = try? await catalog.read { try CatalogFigures($0) }
            let text = metrics.text(
                version: version, role: status.now.role, catalog: figures, process: ProcessFigures(started: status.started))
            return Response(
                status: .ok, headers: [.contentType: PrometheusText.contentType, .cacheControl: "no-store"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
        }
        return router
    }

    private var health: Health {
        get async {
            var answer: Health.CatalogAnswer
            do {
                answer = .success(try await catalog.read { try Health.Owner.read($0) })
            } catch {
                answer = .failure(Health.CatalogProblem(text: "\(error)"))
            }
            return Health(version: version, state: status.now, uptime: status.uptime, catalog: answer)
        }
    }
}

/// What is there.
private struct Overview: Encodable {
    let name: String
    let version: String
    let paths = [
        "/health": "whether the process works and can read its catalog: 200 or 503",
        "/ready": "whether it takes part: 200, or 503 while it begins or ends",
        "/metrics": "metrics in Prometheus' text format",
    ]
}

private struct Readiness: Encodable {
    let ready: Bool
    let role: ServerRole
    let reason: String?
}

private enum JSONResponse {
    static func make(_ status: HTTPResponse.Status, _ value: some Encodable, headers: HTTPFields = [:]) throws -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var bytes = ByteBuffer(bytes: try encoder.encode(value))
        bytes.writeString("\n")
        var headers = headers
        headers[.contentType] = "application/json"
        headers[.cacheControl] = "no-store"
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: bytes))
    }
}

/// Refuses all methods but GET and HEAD, and tells of errors as JSON.
private struct ErrorsAsJSON: RouterMiddleware {
    typealias Context = BasicRequestContext

    private struct Problem: Encodable {
        let error: String
    }

    func handle(_ request: Request, context: Context, next: (Request, Context) async throws -> Response) async throws -> Response {
        guard request.method == .get || request.method == .head else {
            return try JSONResponse.make(
                .methodNotAllowed, Problem(error: "\(request.method.rawValue) is not answered here, only GET and HEAD"), headers: [.allow: "GET, HEAD"])
        }
        do {
            return try await next(request, context)
        } catch let error as HTTPError where error.status == .notFound {
            return try JSONResponse.make(.notFound, Problem(error: "there is no \(request.uri.path); GET / lists what there is"))
        } catch let error as HTTPError {
            return try JSONResponse.make(error.status, Problem(error: error.body ?? error.status.reasonPhrase))
        }
    }
}

/// Reads a catalog off the threads that answer requests.
private final class CatalogReader: Sendable {
    private let home: Home
    private let queue = DispatchQueue(label: "mastic.catalog")

    init(_ home: Home) { self.home = home }

    func read<T: Sendable>(_ body: @escaping @Sendable (CatalogStore) throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { [home] in continuation.resume(with: Result { try body(home.catalog) }) }
        }
    }
}
