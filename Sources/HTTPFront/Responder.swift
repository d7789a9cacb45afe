// Weir
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import HummingbirdCore
import MetricsRegistry
import NIOCore

/// Answers requests: finds the route, asks the application, frames what it says.
struct Responder: Sendable {
    private let routes: HTTPRoutes
    private let targetBytesMax: Int
    private let metrics: FrontMetrics
    private let slots: ScrapeSlots
    private let pages = ScrapePages()

    init(
        routes: HTTPRoutes, configuration: HTTPConfiguration,
    ) throws(MetricsError) {
        self.routes = routes
        self.targetBytesMax = configuration.targetBytesMax
        self.metrics = try FrontMetrics(registry: routes.metrics)
        self.slots = ScrapeSlots(limit: configuration.scrapesInFlightMax)
    }

    /// Answers one request on its connection; throws if the connection broke.
    @concurrent
    func respond(
        to request: Request, with writer: consuming ResponseWriter, on loop: any EventLoop,
    ) async throws {
        let writer = AnswerWriter(request: request, writer: writer, loop: loop)
        self.metrics.requestBegan()
        defer { self.metrics.requestEnded() }
        let target: RequestTarget
        do {
            target = try RequestTarget(request.head.path ?? "", bytesMax: self.targetBytesMax)
        } catch {
            return try await self.send(.problem(error), of: nil, with: writer)
        }
        guard let route = Route(rawValue: target.path) else {
            if let (answer, label) = await self.api(request, target) {
                return try await self.send(answer, label: label, with: writer)
            }
            let problem = HTTPProblem(
                status: 404, detail: "There is nothing here; / lists what there is.")
            return try await self.send(.problem(problem), of: nil, with: writer)
        }
        let isRead = request.method == .get || request.method == .head
        guard route == .vouchers ? request.method == .post : isRead else {
            let methods = route == .vouchers ? "POST" : "GET and HEAD"
            var answer = Answer.problem(
                HTTPProblem(status: 405, detail: "This address takes \(methods) only."))
            answer.allow = route.allow
            return try await self.send(answer, of: route, with: writer)
        }
        if route == .vouchers {
            let answer = await self.take(request, network: target.values("network").first)
            return try await self.send(answer, of: route, with: writer)
        }
        guard route == .metrics else {
            let answer = await self.answer(route, target)
            return try await self.send(answer, of: route, with: writer)
        }
        let answer = await self.scrape(names: target.values("name[]"), accept: request.accept)
        try await self.send(answer, of: route, with: writer)
    }

    private func answer(_ route: Route, _ target: RequestTarget) async -> Answer {
        do throws(HTTPProblem) {
            switch route {
            case .landing: return await self.landing()
            case .style:
                return Answer(contentType: "text/css; charset=utf-8", body: LandingPage.style)
            case .runbooks:
                return Answer(
                    contentType: "text/html; charset=utf-8",
                    body: RunbookPage.html(self.routes.runbooks), isPage: true)
            case .icon: return Answer(status: 204)
            case .status: return .json(try await self.routes.status())
            case .events:
                return .json(try await self.routes.events(EventsQuery(target.query)))
            case .health, .live, .ready, .startup, .dashHealthy, .dashReady, .metrics, .vouchers:
                return self.probe(route, await self.routes.health())
            }
        } catch {
            return .problem(error)
        }
    }

    /// Takes vouchers in. Who may not is told so before the body is read.
    private func take(_ request: Request, network: String?) async -> Answer {
        guard let vouchers = self.routes.vouchers else { return .problem(VoucherRoute.closed) }
        guard vouchers.token.isShown(by: request.headers[.authorization]) else {
            var answer = Answer.problem(VoucherRoute.unauthorized)
            answer.asksForToken = true
            return answer
        }
        guard let body = try? await request.body.collect(upTo: VoucherRoute.bodyBytesMax) else {
            return .problem(VoucherRoute.tooLarge)
        }
        do throws(HTTPProblem) {
            let (status, json) = try await vouchers.take(network, Array(body.readableBytesView))
            return .json(json, status: status)
        } catch {
            return .problem(error)
        }
    }

    /// Answers what the application answers by itself; nil where no such address exists.
    private func api(
        _ request: Request, _ target: RequestTarget
    ) async -> (answer: Answer, label: String)? {
        let method = request.method == .head ? "GET" : request.method.rawValue
        guard let (route, parameter) = self.routes.api.find(method, target.path) else {
            guard let allowed = self.routes.api.allowed(target.path) else { return nil }
            var answer = Answer.problem(
                HTTPProblem(status: 405, detail: "This address takes \(allowed) only."))
            answer.allow = allowed
            return (answer, Route.unknownLabel)
        }
        do throws(HTTPProblem) {
            try self.admit(request, to: route)
            var body: [UInt8] = []
            if route.method == .post {
                // A page of another site cannot send this type without being asked first.
                let type = request.headers[.contentType] ?? ""
                guard type.lowercased().hasPrefix("application/json") else {
                    throw HTTPProblem(
                        status: 415, detail: "Send JSON: Content-Type: application/json.")
                }
                guard let read = try? await request.body.collect(upTo: APIRoute.bodyBytesMax)
                else {
                    throw HTTPProblem(status: 413, detail: "The body is longer than 1 MiB.")
                }
                body = Array(read.readableBytesView)
            }
            let answer = try await route.answer(
                APIRequest(
                    parameter: parameter, query: target.query.map { ($0.name, $0.value) },
                    body: body))
            return (.json(answer.json, status: answer.status), route.path)
        } catch {
            var answer = Answer.problem(error)
            answer.asksForToken = error.status == 401
            return (answer, route.path)
        }
    }

    private func admit(_ request: Request, to route: APIRoute) throws(HTTPProblem) {
        guard case .token(let token, let advice) = route.access else { return }
        guard let token else { throw HTTPProblem(status: 403, detail: advice) }
        guard token.isShown(by: request.headers[.authorization]) else {
            throw HTTPProblem(
                status: 401, detail: "Show the token: Authorization: Bearer …. " + advice)
        }
    }

    private func probe(_ route: Route, _ report: HealthReport) -> Answer {
        func status(_ passes: Bool) -> Int { passes ? 200 : 503 }
        switch route {
        case .live:
            return .json(report.probeJSON("live", report.isLive), status: status(report.isLive))
        case .ready:
            return .json(report.probeJSON("ready", report.isReady), status: status(report.isReady))
        case .startup:
            return .json(
                report.probeJSON("started", report.hasStarted), status: status(report.hasStarted))
        case .dashHealthy:
            return report.isLive
                ? .text("Weir is Healthy.") : .text("Service Unavailable", status: 503)
        case .dashReady:
            return report.isReady
                ? .text("Weir is Ready.") : .text("Service Unavailable", status: 503)
        default:
            return .json(
                report.json(version: self.routes.version),
                status: status(report.state != .unhealthy))
        }
    }

    private func landing() async -> Answer {
        let page = LandingPage(
            version: self.routes.version, health: await self.routes.health(),
            chains: await self.routes.chains())
        return Answer(contentType: "text/html; charset=utf-8", body: page.html, isPage: true)
    }

    private func scrape(names: [String], accept: String?) async -> Answer {
        let start = ContinuousClock.now
        let choice = ContentNegotiation.choose(accept: accept)
        let (routes, slots) = (self.routes, self.slots)
        let write: @Sendable () async -> ScrapePage? = {
            // Held until the page is sent: slow readers count, it is in memory.
            guard slots.acquire() else { return nil }
            await routes.beforeScrape()
            return ScrapePage(routes.metrics.render(choice.format, names: names), slots: slots)
        }
        let page = names.isEmpty ? await self.pages.page(choice.format, write) : await write()
        guard let page else {
            return Answer.text(
                "Limit of concurrent requests reached (\(slots.limit)), try again later.",
                status: 503)
        }
        self.metrics.scraped(in: ContinuousClock.now - start)
        return Answer(contentType: choice.contentType, page: page, variesByAccept: true)
    }

    @concurrent
    private func send(
        _ answer: Answer, of route: Route?, with writer: consuming AnswerWriter,
    ) async throws {
        try await self.send(answer, label: route?.rawValue ?? Route.unknownLabel, with: writer)
    }

    @concurrent
    private func send(
        _ answer: Answer, label: String, with writer: consuming AnswerWriter,
    ) async throws {
        // Counted before it is sent, so that the client's next scrape shows it.
        self.metrics.answered(label, status: answer.status)
        try await writer.send(answer)
    }
}

extension Request {
    /// All `Accept` fields as one.
    fileprivate var accept: String? {
        let values = self.headers[values: .accept]
        return values.isEmpty ? nil : values.joined(separator: ",")
    }
}
