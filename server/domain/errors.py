"""Refusals of the hall: one exception with a stable code; its default sentence stands in SENTENCES. Knows no HTTP."""

from typing import Any

from server.protocol.terms import ErrorCode

SENTENCES: dict[ErrorCode, dict[str, str]] = {
    ErrorCode.INVALID: {"en": "Something in the request is not as it should be.", "zh": "请求内容有误。"},
    ErrorCode.TOO_LARGE: {"en": "The request is too large.", "zh": "请求内容过大。"},
    ErrorCode.NOT_FOUND: {"en": "There is nothing at this address.", "zh": "没有这个地址。"},
    ErrorCode.UNKNOWN_HOST: {
        "en": "This server does not answer to that name. Use an address that is listed.",
        "zh": "服务器不使用该名称，请用已登记的地址访问。",
    },
    ErrorCode.UNKNOWN_HALL: {"en": "There is no such hall.", "zh": "没有这个候诊区。"},
    ErrorCode.UNKNOWN_QUEUE: {"en": "There is no such queue in this hall.", "zh": "本候诊区没有这个队列。"},
    ErrorCode.UNKNOWN_STATION: {"en": "There is no such station.", "zh": "没有这个诊室或窗口。"},
    ErrorCode.UNKNOWN_TICKET: {"en": "There is no such ticket.", "zh": "没有这张号票。"},
    ErrorCode.UNKNOWN_SOCKET: {
        "en": "This node does not know the socket. Connect again, by websocket or with sticky sessions.",
        "zh": "本节点没有这个连接，请重新连接；经负载均衡时须用 WebSocket 或会话保持。",
    },
    ErrorCode.UNKNOWN_LEVEL: {"en": "The scale has no such level.", "zh": "分级标准中没有这个级别。"},
    ErrorCode.UNKNOWN_DOCTOR: {"en": "No such doctor sees patients of this queue.", "zh": "该队列没有这位医生。"},
    ErrorCode.UNAUTHENTICATED: {"en": "Please sign in, or send the device's token.", "zh": "请先登录或提供设备令牌。"},
    ErrorCode.FORBIDDEN: {"en": "Your role may not do this.", "zh": "您的角色无权进行此操作。"},
    ErrorCode.KEY_MISSING: {
        "en": "Send an Idempotency-Key of 1 to 255 printable characters.",
        "zh": "缺少 Idempotency-Key。",
    },
    ErrorCode.KEY_REUSED: {
        "en": "This Idempotency-Key was used for another command.",
        "zh": "该 Idempotency-Key 已用于其他请求。",
    },
    ErrorCode.TOO_LATE: {
        "en": "The command waited too long and was dropped; nothing happened. Try again.",
        "zh": "等待超时，未执行任何操作，请重试。",
    },
    ErrorCode.BUSY: {
        "en": "The hall cannot write just now; nothing happened. Try again.",
        "zh": "系统繁忙，未执行任何操作，请重试。",
    },
    ErrorCode.RELOAD: {
        "en": "Your position in the journal cannot be continued; fetch the snapshot again.",
        "zh": "数据位置已失效，请重新加载。",
    },
    ErrorCode.ILLEGAL_MOVE: {"en": "The ticket's state does not allow this.", "zh": "号票当前状态不允许此操作。"},
    ErrorCode.STATION_BUSY: {"en": "The station still holds a patient.", "zh": "该诊室还有未结束的患者。"},
    ErrorCode.STATION_CLOSED: {"en": "The station is paused or stopped.", "zh": "该诊室已暂停或停诊。"},
    ErrorCode.NOT_YOUR_STATION: {"en": "This belongs to another station.", "zh": "这不属于您的诊室。"},
    ErrorCode.NOT_CALLABLE: {"en": "This ticket cannot be called now.", "zh": "该号目前不能呼叫。"},
    ErrorCode.QUEUE_CLOSED: {"en": "This queue is not open now.", "zh": "该队列目前不开放。"},
    ErrorCode.TOO_EARLY: {
        "en": "It is too early to check in for this appointment.",
        "zh": "未到报到时间，请稍后再来。",
    },
    ErrorCode.CHOOSE: {"en": "Several are possible; choose one.", "zh": "有多个选择，请选择一个。"},
    ErrorCode.NOT_IDENTIFIED: {
        "en": "We could not find you. Please try again or ask the desk.",
        "zh": "没有找到您的信息，请重试或到服务台。",
    },
    ErrorCode.TOO_MANY_ATTEMPTS: {
        "en": "Too many failed attempts. Please ask the staff.",
        "zh": "失败次数过多，请联系工作人员。",
    },
    ErrorCode.TOO_MANY: {
        "en": "This machine has done too much within a minute. Please wait a moment or ask the staff.",
        "zh": "本机一分钟内操作过多，请稍候再试，或联系工作人员。",
    },
    ErrorCode.VISIT_TOKEN_INVALID: {
        "en": "Your session has ended. Please identify yourself again.",
        "zh": "会话已结束，请重新识别身份。",
    },
    ErrorCode.APPOINTMENT_UNUSABLE: {
        "en": "This appointment cannot be used here today.",
        "zh": "该预约今天不能在此使用。",
    },
    ErrorCode.DESK_ONLY: {"en": "Please go to the desk; the staff will help you.", "zh": "请到服务台由工作人员办理。"},
    ErrorCode.REASON_NEEDED: {"en": "Give a reason.", "zh": "请填写原因。"},
    ErrorCode.EVIDENCE_NEEDED: {"en": "Say what was shown as evidence.", "zh": "请注明所持证件或依据。"},
    ErrorCode.SECOND_NEEDED: {"en": "A second person must confirm this.", "zh": "需要第二人确认。"},
    ErrorCode.PASS_TOO_SOON: {
        "en": "The patient has not been called often or long enough.",
        "zh": "呼叫次数或时间不足，暂不能过号。",
    },
    ErrorCode.ZONE_OFFLINE: {"en": "Screen or loudspeaker of the zone is offline.", "zh": "该区域的屏幕或广播离线。"},
    ErrorCode.UNDO_TOO_LATE: {"en": "This can be undone for 30 seconds only.", "zh": "只能在30秒内撤销。"},
    ErrorCode.NOTHING_TO_UNDO: {"en": "There is nothing to undo.", "zh": "没有可撤销的操作。"},
    ErrorCode.STAGE_FULL: {"en": "The room's short list is full.", "zh": "诊室候诊已满。"},
    ErrorCode.NO_PRINTER: {"en": "No print station serves this hall.", "zh": "本候诊区没有可用的打印机。"},
    ErrorCode.LEASE_LOST: {"en": "The print job is no longer yours.", "zh": "打印任务已不属于本设备。"},
    ErrorCode.REPORT_UNAVAILABLE: {"en": "This report cannot be printed now.", "zh": "该报告暂不能打印。"},
    ErrorCode.REPORT_AT_DESK: {
        "en": "A report waits for you at the desk. Please bring your identity card.",
        "zh": "您有报告需由工作人员协助领取，请携带身份证件。",
    },
    ErrorCode.REPORT_HANDED_OVER: {
        "en": "This report was handed over already. Is another copy wanted?",
        "zh": "该报告已领取。是否需要再打印一份？",
    },
    ErrorCode.PATIENT_NEEDED: {
        "en": "Say whose report this is: a record, identity or card number, or a ticket of this hall.",
        "zh": "请指明该报告属于哪位患者（病历号、身份证号、卡号或本候诊区的号票）。",
    },
    ErrorCode.CRITICAL_UNACKNOWLEDGED: {
        "en": "The report holds a critical value; a clinician must answer for it first.",
        "zh": "该报告有危急值，须先由临床医生确认。",
    },
    ErrorCode.NOT_CRITICAL: {"en": "This report holds no critical value.", "zh": "该报告没有危急值。"},
    ErrorCode.WRONG_CREDENTIALS: {
        "en": "User name or password is wrong. After several attempts wait five minutes.",
        "zh": "用户名或密码错误。多次出错后，请等五分钟再试。",
    },
    ErrorCode.PASSWORD_NEEDED: {
        "en": "Please enter your own password to confirm this.",
        "zh": "请输入您本人的登录密码以确认此操作。",
    },
    ErrorCode.IMPORT_REJECTED: {
        "en": "The file was not imported; nothing changed.",
        "zh": "文件未导入，未作任何更改。",
    },
    ErrorCode.HALL_FILE_REJECTED: {
        "en": "The hall file was refused; nothing changed.",
        "zh": "配置文件被拒绝，未作任何更改。",
    },
    ErrorCode.IDENTITY_NUMBER_INVALID: {"en": "The identity number is not valid.", "zh": "身份证号码无效。"},
    ErrorCode.CONTRADICTING_DATA: {
        "en": "Two things that were given contradict each other; please look at the card again.",
        "zh": "所填信息互相矛盾，请对照证件核对。",
    },
    ErrorCode.PROOF_NEEDED: {
        "en": "A number alone proves nobody; give something else that only its owner knows.",
        "zh": "仅凭号码不能确认身份，请再提供一项只有本人知道的信息。",
    },
    ErrorCode.STORAGE_FULL: {
        "en": "The server's disk is full; nothing happened. Call the information department.",
        "zh": "服务器磁盘已满，未执行任何操作，请联系信息科。",
    },
    ErrorCode.STORAGE_FAILED: {
        "en": "The server's disk does not write; nothing was confirmed. Try again, or call the information department.",
        "zh": "服务器磁盘写入失败，操作未确认。请重试，仍失败请联系信息科。",
    },
    ErrorCode.STORAGE_DAMAGED: {
        "en": "The server's database is damaged; nothing happened. Call the information department at once.",
        "zh": "服务器数据库已损坏，未执行任何操作，请立即联系信息科。",
    },
    ErrorCode.NOT_READY: {
        "en": "The server has no whole data and serves nothing. Call the information department.",
        "zh": "服务器数据缺失或损坏，暂停服务，请联系信息科。",
    },
    ErrorCode.INTERNAL: {
        "en": "Something went wrong on our side; nothing happened.",
        "zh": "系统内部错误，未执行任何操作。",
    },
}


class HallError(Exception):
    """A command is refused: nothing changed.

    `code` is stable, `detail` says more in English for the log, `extra` goes into the problem document
    (such as `ticket` for station_busy or `choices` for choose) and never holds a patient's full name.
    """

    def __init__(self, code: ErrorCode, detail: str | None = None, **extra: Any) -> None:
        super().__init__(f"{code}: {detail or SENTENCES[code]['en']}")
        self.code = code
        self.log_text = code.value
        self.detail = detail
        self.extra = extra
