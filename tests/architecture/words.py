"""Words that may not name anything here: what people are as a group, and what would name one person in clear."""

import re
import unicodedata

# Lines 1 and 4 of the lines this project does not cross: no ethnicity, religion, politics, biometrics, whereabouts,
# and none of their stand-ins as a handle.
GROUP = frozenset(
    "ethnic ethnicity ethnicities nation nationality nationalities tribe tribal race racial caste clan"
    " religion religions religious religiosity faith faiths belief beliefs creed sect mosque church temple"
    " politics political partisan"
    " biometric biometrics fingerprint fingerprints face faces facial iris retina voiceprint palmprint dna gait"
    " whereabouts trajectory trajectories track tracks tracking gps latitude longitude geolocation geotag itinerary"
    " diet dietary halal dialect accent surname_origin minority minorities stability extremism".split()
)
GROUP_COMPOUND = re.compile(
    r"location_?history|political_?status|face_?id|native_?place|origin_?(?:region|place)|household_?graph"
)
GROUP_ZH = re.compile(
    "民族|族别|少数|宗教|信仰|教派|政治面貌|党派|党员|指纹|掌纹|人脸|面部|虹膜|声纹|步态|基因|生物识别|轨迹|行踪|定位"
    "|籍贯|原籍|清真|饮食|方言|口音|维稳"
)
# What would tell who somebody is. A column in clear, an event, a query parameter or a list may not hold it.
PERSONAL = frozenset(
    "name names surname forename nickname alias phone mobile telephone tel contact email mail wechat address street"
    " birth birthday birthdate age gender sex idcard passport document documents language languages locale script"
    " hukou origin native photo picture image portrait statement diagnosis disability income relation spouse"
    " household family".split()
)
PERSONAL_ZH = re.compile(
    "姓名|名字|证件|身份证|电话|手机|联系|地址|住址|出生|生日|年龄|性别|语言|语种|户籍|照片|监护|收入"
)


def tokens(name: str) -> set[str]:
    """The words in an identifier, whatever way it is written: snake, kebab, camel, with dots."""
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name)
    return {word for word in re.split(r"[^a-z]+", spaced.lower()) if word}


def of_a_group(name: str) -> bool:
    """Whether the identifier or label speaks of what people are as a group, or of a stand-in for it."""
    folded = unicodedata.normalize("NFKC", name)
    return bool(tokens(folded) & GROUP or GROUP_COMPOUND.search(folded.lower()) or GROUP_ZH.search(folded))


def is_flag(name: str) -> bool:
    """Whether a handle speaks of a group, or marks people as having moved: a service may be for them, no flag is."""
    return of_a_group(name) or bool(tokens(name) & {"migrant", "migrants"}) or "流动人口" in name


def of_a_person(name: str) -> bool:
    """Whether the identifier would hold what tells who somebody is."""
    return bool(tokens(name) & PERSONAL or PERSONAL_ZH.search(name))
