"""What happened, in words that the person reads; one sentence for each verb."""

from typing import Final

PLAIN: Final[dict[str, tuple[str, str]]] = {
    "ask": ("已登记，等您同意。", "Noted; it waits for your consent."),
    "consent": ("您已同意，已转给接收单位。", "You agreed; it went to the recipient."),
    "consent_mismatch": (
        "收到的同意与本转介不符，未采用。",
        "A consent came that does not fit this referral; it was not used.",
    ),
    "refuse": ("您没有同意，什么都没有发出。", "You did not agree; nothing was sent."),
    "accept": ("接收单位已接收。", "The recipient took it on."),
    "reject": ("接收单位没有接收。", "The recipient did not take it on."),
    "start": ("已开始办理。", "Work began."),
    "hold": ("暂缓办理，到期复查。", "It waits and will be looked at again."),
    "resume": ("继续办理。", "Work goes on."),
    "complete": ("接收单位表示已办结，请您确认。", "The recipient says it is done; please confirm or dispute it."),
    "fail": ("没有办成。", "It could not be done."),
    "cancel": ("您已取消。", "You cancelled it."),
    "revoke": ("您撤回了同意，办理已停止。", "You withdrew your consent; it stopped."),
    "confirm": ("您确认了结果。", "You confirmed the outcome."),
    "dispute": ("您对结果有异议。", "You dispute the outcome."),
    "discard": ("草稿到期，已清除。", "The draft ran out."),
    "lapse": ("没有等到您的同意，已取消。", "No consent came in time; it was cancelled."),
    "expire": ("接收单位没有按时答复，已到期。", "The recipient did not answer in time; it ran out."),
    "run_out": ("您的同意已到期，办理已停止。", "Your consent ran out; it stopped."),
}
