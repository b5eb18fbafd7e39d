"""Every field of a service record: why it is asked, on what legal basis, how long it is kept (PIPL 6, 13, 17, 19)."""

from dataclasses import dataclass
from typing import Final, Literal

Thing = Literal["record", "dependant", "name_writing"]
Retention = Literal["until_erased", "until_changed", "until_sent", "a_day", "a_year", "three_years"]

RETENTIONS: Final[dict[Retention, tuple[str, str]]] = {
    "until_erased": (
        "保存至本人要求删除：删除时销毁密钥，备份中也不可恢复。",
        "Until the person has it erased: its key is destroyed, so that no backup brings it back.",
    ),
    "until_changed": (
        "保存至本人更正、撤回或要求删除。",
        "Until the person corrects it, takes it back, or has everything erased.",
    ),
    "until_sent": ("发出后即删除。", "Until it is sent."),
    "a_day": ("结束后最多一天。", "A day at most after it ended."),
    "a_year": ("结束后一年。", "A year after it ended."),
    "three_years": (
        "至少三年；本人要求删除后，条目不再能与其关联。",
        "Three years at least; once she has everything erased, nothing links an entry to her.",
    ),
}
_CONSENT: Final = "PIPL 13(1)"
_SENSITIVE: Final = "PIPL 13(1), 29"
_MINOR: Final = "PIPL 13(1), 29, 31"


@dataclass(frozen=True)
class Field:
    """One field that a person is asked; `sensitive`: its kind in the sense of PIPL 28."""

    thing: Thing
    name: str
    why_zh: str
    why_en: str
    basis: str = _CONSENT
    retention: Retention = "until_changed"
    required: bool = True
    sensitive: str = ""


FIELDS: Final = (
    Field("record", "name", "窗口和受理单位据此称呼和核对本人", "By it counters and offices address and check you"),
    Field("record", "name_as_typed", "保留原样，便于发现录入错误", "Kept as typed, so that a slip can be found"),
    Field(
        *("record", "document_type", "区分证件种类，校验号码", "Tells which check a number has to pass"), required=False
    ),
    Field(
        *(
            "record",
            "document_number",
            "仅用于精确查找本人的记录；可以不填",
            "Only to find your own record exactly; optional",
        ),
        required=False,
    ),
    Field(
        "record",
        "birth_date",
        "与姓名一起精确查找本人；判断是否需要监护人",
        "With the name it finds you exactly; tells who decides",
    ),
    Field("record", "phone", "接收验证码，证明本人在场", "For codes that prove that you are there"),
    Field(
        "record",
        "district",
        "确定由哪一级单位受理；不记录更细的地址",
        "Tells which office is responsible; nothing finer is kept",
    ),
    Field(
        *("record", "preferred_language", "仅用于您的某一次预约", "Only for an appointment of yours"), required=False
    ),
    Field(
        *("record", "accessibility_need", "仅用于安排无障碍服务", "Only to arrange accessible service"),
        basis=_SENSITIVE,
        required=False,
        sensitive="health_adjacent",
    ),
    *(
        Field("dependant", name, zh, en, _MINOR, "until_erased", sensitive="minor", required=required)
        for name, zh, en, required in (
            ("name", "为其办理入学、接种等事项", "To ask for school, vaccination and the like for the child", True),
            ("name_as_typed", "保留原样，便于发现录入错误", "Kept as typed, so that a slip can be found", True),
            ("birth_date", "判断由谁决定；入学年龄", "Tells who decides, and the age for school", True),
            ("relation", "证明监护关系", "Shows that you answer for them", True),
            (
                "proof_type",
                "证明监护关系的文书种类；不保存影像",
                "The kind of paper that proves it; no image is kept",
                True,
            ),
            ("document_type", "区分证件种类，校验号码", "Tells which check a number has to pass", False),
            ("document_number", "仅用于精确查找；可以不填", "Only to find the record exactly; optional", False),
        )
    ),
    Field(
        "name_writing",
        "written",
        "说明姓名在其他证件上的写法",
        "Says how your name stands on another document",
        required=False,
    ),
    Field("name_writing", "document", "说明是哪一种证件", "Says on which kind of document", required=False),
    Field("name_writing", "evidence", "窗口是否见过原件", "Whether a counter saw the original", required=False),
)


@dataclass(frozen=True)
class Kept:
    """Something beside the record's own fields that is kept of a person, by any app of the region."""

    app: str
    thing: str
    why_zh: str
    why_en: str
    basis: str
    retention: Retention


THINGS: Final = (
    Kept(
        "registry",
        "consent",
        "证明同意、拒绝或撤回",
        "Proves what was agreed, refused, taken back",
        "PIPL 14, 15",
        "until_erased",
    ),
    Kept(
        "registry",
        "held_record",
        "有关单位出具的记录，供本人取用",
        "What an office filed, for the person",
        _SENSITIVE,
        "until_erased",
    ),
    Kept(
        "registry",
        "record_request",
        "本人向其他地区索取的记录",
        "What she asked another region for",
        _CONSENT,
        "until_erased",
    ),
    Kept("registry", "rights_request", "答复权利请求", "To answer what she asks for", "PIPL 50", "until_erased"),
    Kept("registry", "comparison", "登记时查找重复记录", "To look for a second record at an intake", _CONSENT, "a_day"),
    Kept("registry", "merge", "合并记录及撤销", "To join two records, and part them again", _CONSENT, "until_erased"),
    Kept("registry", "freeze", "暂停提供", "That she froze her consents", "PIPL 44", "until_changed"),
    Kept("registry", "message", "发往本人手机", "On its way to her phone", _CONSENT, "until_sent"),
    Kept("referrals", "referral", "办理本人提出的需要", "To meet a need that she said", _SENSITIVE, "until_erased"),
    Kept(
        "cases",
        "case",
        "人民调解",
        "People's mediation that a party asked for",
        "People's Mediation Law 17",
        "until_erased",
    ),
    Kept(
        "identity",
        "sign_in",
        "证明是本人；号码只以密钥摘要保存",
        "Proves who she is; of a number only a keyed hash is kept",
        _CONSENT,
        "until_erased",
    ),
    Kept("identity", "presence", "窗口在场的证明", "That she was at a counter", _CONSENT, "a_day"),
    Kept("identity", "delegation", "谁在帮助本人", "Who helps her", _CONSENT, "a_year"),
    Kept(
        "gateway", "access_log", "让本人看到每一次访问", "So that she sees every access", "PIPL 54, 55", "three_years"
    ),
)
