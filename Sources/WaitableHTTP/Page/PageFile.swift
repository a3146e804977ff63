import Crypto
import HTTPTypes
import Hummingbird
import NIOCore

/// A file of the page, as it is sent.
struct PageFile: Sendable {
    /// Its name, as it is asked for.
    let name: String
    /// Its content.
    let body: ByteBuffer
    private let type: String
    /// A strong validator: the beginning of the content's SHA-256.
    private let tag: String

    /// A file from its name and content.
    init(_ name: String, _ bytes: [UInt8]) {
        self.name = name
        body = ByteBuffer(bytes: bytes)
        tag = "\"\(Hex.text(SHA256.hash(data: bytes)).prefix(16))\""
        type =
            switch name.split(separator: ".").last {
            case "js": "text/javascript; charset=utf-8"
            case "css": "text/css; charset=utf-8"
            case "svg": "image/svg+xml"
            default: "text/html; charset=utf-8"
            }
    }

    /// The file, or 304 where the browser has it already.
    func response(to request: Request) -> Response {
        var headers = HTTPFields.ofPage
        headers[.contentType] = type
        headers[.cacheControl] = "no-cache"
        headers[.eTag] = tag
        let known = request.headers[values: .ifNoneMatch].flatMap { $0.split(separator: ",") }
        if known.contains(where: { $0.trimmingPrefix(" ") == tag }) {
            return Response(status: .notModified, headers: headers)
        }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: body))
    }

    /// The page itself.
    static let page = PageFile("page.html", PackageResources.page_html)

    /// What the page loads, by name.
    static let loaded: [Spelling: PageFile] = Dictionary(
        uniqueKeysWithValues: [
            PageFile("actions.js", PackageResources.actions_js),
            PageFile("activities.js", PackageResources.activities_js),
            PageFile("api.js", PackageResources.api_js),
            PageFile("app.js", PackageResources.app_js),
            PageFile("base.css", PackageResources.base_css),
            PageFile("charts.js", PackageResources.charts_js),
            PageFile("components.css", PackageResources.components_css),
            PageFile("dialogs.js", PackageResources.dialogs_js),
            PageFile("dom.js", PackageResources.dom_js),
            PageFile("events.js", PackageResources.events_js),
            PageFile("failures.js", PackageResources.failures_js),
            PageFile("forms.js", PackageResources.forms_js),
            PageFile("graph.js", PackageResources.graph_js),
            PageFile("icon.svg", PackageResources.icon_svg),
            PageFile("item.js", PackageResources.item_js),
            PageFile("items.js", PackageResources.items_js),
            PageFile("machine.js", PackageResources.machine_js),
            PageFile("machines.js", PackageResources.machines_js),
            PageFile("overview.js", PackageResources.overview_js),
            PageFile("schedule.js", PackageResources.schedule_js),
            PageFile("time.js", PackageResources.time_js),
            PageFile("views.css", PackageResources.views_css),
        ].map { (Spelling($0.name), $0) }
    )
}

extension HTTPFields {
    /// What a browser is told about all that belongs to the page: nothing of another origin, nothing inline, no frame
    /// around it, and no text that becomes markup.
    static let ofPage: HTTPFields = [
        .contentSecurityPolicy:
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
            + "require-trusted-types-for 'script'; trusted-types 'none'",
        .xContentTypeOptions: "nosniff",
        .xFrameOptions: "DENY",
        .referrerPolicy: "no-referrer",
        .crossOriginOpenerPolicy: "same-origin",
        .crossOriginResourcePolicy: "same-origin",
    ]
}

extension HTTPField.Name {
    fileprivate static let xFrameOptions = Self("X-Frame-Options")!
    fileprivate static let referrerPolicy = Self("Referrer-Policy")!
    fileprivate static let crossOriginOpenerPolicy = Self("Cross-Origin-Opener-Policy")!
}
