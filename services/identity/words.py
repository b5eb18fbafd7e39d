"""What the pages say in Chinese where something did not go on; the English words are the problem's own."""

from shared.problems import Problem

SAID = {
    "authorization-request-invalid": "登录请求无法使用：不存在、已用过或已过期。请回到原来的应用，重新开始。",
    "body-invalid": "内容没有填完整。请返回，按页面要求填写。",
    "not-found": "这里没有您要找的内容。",
    "paper-key-unreadable": "这不是纸质凭证上的内容。请照纸上的二十个字母和数字输入。",
    "passkey-unreadable": "这把通行密钥无法使用。请再试一次，或换一种方式。",
    "password-weak": "这个密码容易被猜到。请用至少 12 个字符，最好是四个互不相干的词。",
    "phone-taken": "这个号码已经用来登录另一个账号。请用这个号码登录，或换一个号码。",
    "phone-unreadable": "这不是电话号码。请输入数字；中国大陆以外的号码请加上 + 和国家代码。",
    "sign-in-busy": "现在有很多人在登录。请返回，稍后再试，或使用通行密钥。",
    "sign-in-elsewhere": "这个应用不是您单位的，也不是上级单位的。请使用本单位的应用。",
    "sign-in-kind": "这个账号不能登录这个应用：工作人员用工作台，居民用居民门户。",
    "sign-in-level": "这个应用要求更可靠的登录方式。请使用通行密钥，或密码加验证器。",
    "sign-in-not-proven": "输入的内容不符。请核对后再试；多次不符后需要等待。",
    "sign-in-paused": "尝试次数过多。请稍候再试，或换用以前登录过的浏览器。",
    "sign-in-too-old": "此操作需要重新登录。请在您使用的应用里重新登录，五分钟内回到这里。",
    "signed-out": "此浏览器没有登录。请在您使用的应用里登录，再回到这里。",
    "upstream-away": "您单位的登录服务没有应答。请稍后再试。",
    "upstream-instead": "工作人员请用本单位账号登录。",
    "upstream-invalid": "您单位的登录服务没有确认您的身份。请回到原来的应用，重新开始。",
    "upstream-level": "您在单位登录时的验证方式不够可靠。请在那里用二次验证或通行密钥登录，再从原来的应用重新开始。",
}
OTHERWISE = "出现了问题，无法继续。请稍后再试。"


def chinese(problem: Problem) -> str:
    """A problem in Chinese."""
    return SAID.get(problem.kind.code, OTHERWISE)
