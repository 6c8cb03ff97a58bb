"""Owns the page of the virtual printer: pictures of the slips, the switches, and the same as JSON. Knows no bytes.

Slips carry masked names, so the page belongs on loopback; it takes switches only as JSON, only under a Host it knows,
and from no page but its own. Programs, which say no Origin, may switch too: tests do.
"""

import io

from flask import Flask, Response, abort, jsonify, render_template, request

from hardware.virtual.device import VirtualPrinter
from hardware.virtual.faults import NUMBERS, TOGGLES
from hardware.virtual.paper import KEPT, PaperSlip
from server.protocol.addresses import OwnAddresses
from server.serving.limits import Limits
from server.serving.pages import PageServer

POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'"
HEADERS = {
    "Content-Security-Policy": f"{POLICY}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
WORDS: dict[str, dict[str, str]] = {
    "zh": {
        "title": "虚拟打印机",
        "slips": "张",
        "none": "还没有打印",
        "switches": "故障开关",
        "set": "设置",
        "torn": "未切下的纸",
        "other": "English",
        "paper_out": "缺纸",
        "cover_open": "开盖",
        "near_end": "纸将尽",
        "offline": "离线",
        "cutter_error": "切刀故障",
        "mute": "不应答",
        "drop_data": "丢弃数据",
        "few_answers": "只答状态 1、4",
        "no_barrier": "不答 GS r",
        "hangs_up": "切纸后断开",
        "refuses": "拒绝连接",
        "paper_out_after": "缺纸：字节数",
        "half_close_after": "半关闭：字节数",
        "rst_after": "连接重置：字节数",
        "stall_after": "停滞：字节数",
        "lose_answer_after": "丢失第几个应答",
        "swallow_after": "吞掉数据：字节数",
        "restart_after": "重启：字节数",
        "swallow_bytes": "吞掉多少字节",
        "stray_answers": "别人的应答：每次个数",
        "no_names": "不答进程号 GS ( H",
        "no_macro": "没有宏 GS :",
        "no_clear": "不能立即清除 DLE DC4 8",
        "auto_status": "自动状态 ASB",
        "late_ms": "应答迟：毫秒",
        "deaf_ms": "断开后拒绝：毫秒",
        "line_bytes_per_second": "线路每秒字节",
        "buffer_bytes": "缓冲区字节",
    },
    "en": {
        "title": "Virtual printer",
        "slips": "slips",
        "none": "Nothing printed yet",
        "switches": "Fault switches",
        "set": "Set",
        "torn": "Paper not cut off",
        "other": "中文",
        "paper_out": "Paper out",
        "cover_open": "Cover open",
        "near_end": "Paper near end",
        "offline": "Offline",
        "cutter_error": "Cutter error",
        "mute": "Mute",
        "drop_data": "Drop data",
        "few_answers": "Status 1 and 4 only",
        "no_barrier": "No GS r",
        "hangs_up": "Hangs up after a cut",
        "refuses": "Refuses connections",
        "paper_out_after": "Paper out after bytes",
        "half_close_after": "Half close after bytes",
        "rst_after": "Reset after bytes",
        "stall_after": "Stall after bytes",
        "lose_answer_after": "Lose answer number",
        "swallow_after": "Swallow after bytes",
        "restart_after": "Restart after bytes",
        "swallow_bytes": "Swallow how many bytes",
        "stray_answers": "Another host's answers, each time",
        "no_names": "No process ids (GS ( H)",
        "no_macro": "No macros (GS :)",
        "no_clear": "No clearing at once (DLE DC4 8)",
        "auto_status": "Automatic status (ASB)",
        "late_ms": "Answers late by ms",
        "deaf_ms": "Deaf after hanging up, ms",
        "line_bytes_per_second": "Line, bytes a second",
        "buffer_bytes": "Buffer, bytes",
    },
}


def make_page(device: VirtualPrinter, hosts: frozenset[str] = frozenset()) -> Flask:
    """Build the page for a printer; `hosts` are names it may be reached by beside IP addresses ("*": any)."""
    own = OwnAddresses.listed(hosts, "")
    app = Flask(__name__, template_folder="web", static_folder="web", static_url_path="/web")

    @app.before_request
    def only_known_hosts() -> None:
        # a foreign page that points its own name at this address (DNS rebinding) still sends its own name
        if "*" not in hosts and not own.knows_host(request.host):
            abort(421)
        origin = request.headers.get("Origin", f"http://{request.host}")
        site = request.headers.get("Sec-Fetch-Site", "none")
        if request.method == "POST" and (origin != f"http://{request.host}" or site not in {"none", "same-origin"}):
            abort(403)

    @app.after_request
    def harden(answer: Response) -> Response:
        answer.headers.update(HEADERS)
        return answer

    @app.get("/")
    def index() -> str:
        language = "en" if request.args.get("lang") == "en" else "zh"
        words = WORDS[language]
        return render_template("page.html", words=words, language=language, toggles=TOGGLES, counted=NUMBERS)

    _pictures(app, device)
    _switches(app, device)
    return app


def _pictures(app: Flask, device: VirtualPrinter) -> None:
    @app.get("/slips")
    def slips() -> Response:
        after = request.args.get("after", 0, type=int)
        limit = request.args.get("limit", KEPT, type=int)
        newer = [slip for slip in reversed(device.paper.slips()) if slip.number > after][: max(0, limit)]
        # reading a QR code takes as long as drawing a slip, so only those that were asked for are read
        return jsonify(slips=[_listed(slip) for slip in newer], **device.state())

    @app.get("/slips/<int:number>.png")
    def picture(number: int) -> Response:
        found = [slip for slip in device.paper.slips() if slip.number == number]
        if not found:
            abort(404)
        return Response(found[0].png, mimetype="image/png")

    @app.get("/torn.png")
    def torn() -> Response:
        strip = device.paper.torn()
        if strip is None:
            abort(404)
        out = io.BytesIO()
        strip.save(out, "PNG")
        return Response(out.getvalue(), mimetype="image/png")


def _switches(app: Flask, device: VirtualPrinter) -> None:
    @app.get("/favicon.ico")
    def icon() -> Response:
        return Response(status=204)

    @app.get("/state")
    def state() -> Response:
        return jsonify(device.state())

    @app.post("/faults")
    def faults() -> tuple[Response, int] | Response:
        wanted = request.get_json()
        try:
            device.set_faults(wanted if isinstance(wanted, dict) else {"body": wanted})
        except ValueError as error:
            return jsonify(code="invalid", detail=str(error)), 422
        return jsonify(device.state())


def page_server(device: VirtualPrinter, host: str, port: int, hosts: frozenset[str] = frozenset()) -> PageServer:
    """The page, served from threads of its own. Raises OSError where the port is taken."""
    return PageServer(host, port, Limits(threads=4)).start(make_page(device, hosts | {host}))


def _listed(slip: PaperSlip) -> dict[str, object]:
    """One slip as JSON; `qr` is read from the dots, null where no reader is installed."""
    return {
        "number": slip.number,
        "at": slip.at.isoformat(),
        "width": slip.width,
        "height": slip.height,
        "sha256": slip.sha256,
        "qr": None if slip.read_codes is None else list(slip.read_codes),
        "texts": list(slip.texts),
        "png": f"/slips/{slip.number}.png",
    }
