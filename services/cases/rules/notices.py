"""Texts that every party reads: rights and duties, other routes at every exit, and where mediation is not the way."""

import hashlib
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Notice:
    """A text in both languages and where it comes from."""

    code: str
    zh: str
    en: str
    source: str


RIGHTS: Final = Notice(
    "rights_and_duties",
    "人民调解委员会是依法设立的调解民间纠纷的群众性组织，调解不收取任何费用。当事人有权选择或者接受人民调解员，接受、拒绝或者随时终止调解，"
    "要求公开或者不公开进行调解，自主表达意愿、自愿达成调解协议。当事人应当如实陈述纠纷事实，遵守调解现场秩序，尊重人民调解员，"
    "尊重对方当事人行使权利。调解不影响依法通过仲裁、行政、司法等途径维护权利。调解协议具有法律约束力，应当按照约定履行；"
    "自生效之日起三十日内可以共同申请司法确认（婚姻、收养等身份关系除外）。",
    "A people's mediation committee is a body of citizens set up by law to mediate civil disputes, free of charge. You"
    " may choose or accept the mediator; accept, refuse or stop mediation at any time; ask for an open or a closed"
    " session; speak and agree of your own will. You tell the facts as they are, keep order, and respect the mediator"
    " and the other party's rights. Arbitration, administrative routes and courts stay open to you. An agreement binds"
    " its parties; together they may ask a court, within 30 days of its effect, to confirm it, unless it is about"
    " marriage, adoption or another personal status.",
    "人民调解法 3, 4, 23, 24, 31, 33; 人民调解工作若干规定 30",
)
DUTY: Final = Notice(
    "duty_article_25",
    "人民调解员在调解纠纷过程中，发现纠纷有可能激化的，应当采取有针对性的预防措施；对有可能引起治安案件、刑事案件的纠纷，"
    "应当及时向当地公安机关或者其他有关部门报告。本系统对此不作任何记录。",
    "The law obliges a mediator who sees that a dispute may grow worse to take preventive measures, and to report one"
    " that may lead to an offence. This text stands on every case alike, and this system records nothing about it.",
    "人民调解法 25",
)
PROTECTION: Final = Notice(
    "protection_order",
    "遭受家庭暴力或者面临家庭暴力现实危险的，可以随时向人民法院申请人身安全保护令，不必先行调解。"
    "人民法院应当在七十二小时内作出裁定；情况紧急的，应当在二十四小时内作出。",
    "Whoever suffers domestic violence, or is in real danger of it, may ask a court for a protection order at any time;"
    " mediation need not come first. The court decides within 72 hours, and within 24 hours when it is urgent.",
    "反家庭暴力法 23, 28",
)

COURT: Final = Notice(
    "court", "可以依法向人民法院起诉。", "You may bring the dispute before a court.", "人民调解法 3, 26"
)
ADMINISTRATION: Final = Notice(
    "administration",
    "可以请求主管行政机关依法处理。",
    "You may ask the competent authority to deal with it.",
    "人民调解法 3, 26",
)
LEGAL_AID: Final = Notice(
    "legal_aid",
    "可以拨打 12348 免费咨询，符合条件的可以申请法律援助。",
    "Call 12348 for free advice; you may be entitled to legal aid.",
    "法律援助法 22, 31",
)
ARBITRATION: Final = Notice(
    "labour_arbitration",
    "可以向劳动人事争议仲裁委员会申请仲裁；自收到调解申请之日起十五日内未达成协议的，即可申请。",
    "You may apply for labour arbitration; it is open once 15 days after the application brought no agreement.",
    "劳动争议调解仲裁法 5, 14",
)
APPLY_AGAIN: Final = Notice(
    "apply_again",
    "双方都愿意时，可以重新申请调解。",
    "If both sides wish so, mediation can be applied for again.",
    "人民调解法 17",
)
AGREEMENT_COURT: Final = Notice(
    "agreement_in_court",
    "就调解协议的履行或者内容发生争议的，可以向人民法院起诉。",
    "A dispute about performing the agreement, or about what it says, may go to a court.",
    "人民调解法 32",
)
ENFORCEMENT: Final = Notice(
    "enforcement",
    "协议经司法确认的，可以申请人民法院强制执行。",
    "If a court has confirmed the agreement, you may ask for its enforcement.",
    "人民调解法 33",
)
PAYMENT_ORDER: Final = Notice(
    "payment_order",
    "因支付拖欠劳动报酬、工伤医疗费、经济补偿或者赔偿金达成协议而未履行的，可以持协议书向人民法院申请支付令。",
    "Where wages, injury costs or compensation were agreed and not paid, the agreement supports a payment order.",
    "劳动争议调解仲裁法 16",
)


def notices(dispute_type: str) -> list[Notice]:
    """What is shown on every case alike; on family matters also the way to a protection order."""
    return [RIGHTS, DUTY, PROTECTION] if dispute_type == "marriage_family" else [RIGHTS, DUTY]


def remedies(state: str, dispute_type: str) -> list[Notice]:
    """The other routes, at every exit (People's Mediation Law 17, 26, 32); none while the case is open."""
    labour = dispute_type == "labour"
    routes = [ARBITRATION] if labour else []
    if state == "out_of_scope":
        return [*routes, ADMINISTRATION, COURT, LEGAL_AID]
    if state in ("declined", "terminated"):
        return [*routes, ADMINISTRATION, COURT, APPLY_AGAIN, LEGAL_AID]
    if state == "breached":
        return [*([PAYMENT_ORDER] if labour else []), AGREEMENT_COURT, ENFORCEMENT, LEGAL_AID]
    return [AGREEMENT_COURT, LEGAL_AID] if state == "performed" else []


def rights_hash() -> str:
    """SHA-256, in hex, of the notice of rights and duties in Chinese: which text the parties signed."""
    return hashlib.sha256(RIGHTS.zh.encode()).hexdigest()


def invitation(code: str, public_url: str) -> str:
    """The message to the other party: the same for everybody but for the code; it names nobody and no matter."""
    return (
        f"【人民调解】有一起纠纷邀请您参加免费、自愿的调解。8天内凭邀请码 {code} 在 {public_url} 答复接受或者拒绝，"
        "拒绝无需理由，也没有任何不利后果。"
        f" You are invited to a free and voluntary mediation. Answer within 8 days with code {code} at {public_url};"
        " you may refuse without a reason and without any consequence."
    )
