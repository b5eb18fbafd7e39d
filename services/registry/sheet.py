"""姓名写法对照说明: how one name stands on each document, as an A4 page in PDF that the person carries."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Final

import noto_cjk_sans_otc
import typst

from services.registry.rules import legacy
from services.registry.rules.variants import Difference

_TEMPLATE: Final = Path(__file__).parent / "data" / "name-sheet.typ"
_FONTS: Final = Path(noto_cjk_sans_otc.__file__).parent
RECORD: Final = "record"

DOCUMENTS: Final = {
    RECORD: "本名（本人确认）",
    "resident_id": "居民身份证",
    "residence_permit": "居住证",
    "hk_macao_taiwan_permit": "港澳台居民居住证",
    "foreign_permanent_resident": "外国人永久居留身份证",
    "hk_macao_pass": "港澳居民来往内地通行证",
    "taiwan_pass": "台湾居民来往大陆通行证",
    "passport": "护照",
    "household_booklet": "户口簿",
    "birth_certificate": "出生医学证明",
    "school_record": "学籍",
    "certificate": "学历或职业资格证书",
    "social_security_card": "社会保障卡",
    "medical_record": "医院病历",
    "bank_card": "银行卡",
    "work_contract": "劳动合同",
    "ticket": "车票或机票",
    "online_account": "网上账号",
}
EVIDENCE: Final = {"said": "本人陈述", "shown_at_counter": "窗口已见原件"}
DIFFERENCES: Final = {
    Difference.SAME: "相同",
    Difference.SEPARATOR: "间隔号写法不同",
    Difference.MISSING_SEPARATOR: "缺少或多出间隔号",
    Difference.FORM: "空格、大小写、全半角或字形不同",
    Difference.ORDER: "前后次序不同",
    Difference.TRUNCATED: "被截短",
    Difference.TRADITIONAL: "繁体或简体",
    Difference.RARE_GLYPH: "生僻字被替换",
    Difference.HOMOPHONE: "同音字",
    Difference.PINYIN: "汉语拼音",
    Difference.OTHER: "其他",
}


@dataclass(frozen=True)
class Row:
    """One line: where the name stands, exactly how, and what tells it from the name on the record."""

    document: str
    written: str
    difference: Difference = Difference.SAME
    evidence: str = ""


def pdf(rows: Sequence[Row], day: date) -> bytes:
    """The sheet; takes about a tenth of a second of one core, so call it in a thread."""
    content = {"day": day.isoformat(), "rows": [_line(row) for row in rows]}
    # The machine's own fonts serve scripts that the packaged one does not have (Debian: fonts-noto-core).
    compiler = typst.Compiler(
        _TEMPLATE, font_paths=[_FONTS], sys_inputs={"sheet": json.dumps(content, ensure_ascii=False)}
    )
    made = compiler.compile(format="pdf")
    if not isinstance(made, bytes):
        raise TypeError("one document gives one file")
    return made


def _line(row: Row) -> dict[str, object]:
    return asdict(row) | {
        "document": DOCUMENTS[row.document],
        "evidence": EVIDENCE.get(row.evidence, ""),
        "difference": DIFFERENCES[row.difference],
        "codes": _codes(row.written),
    }


def _codes(written: str) -> list[str]:
    """The rare characters of a writing, each with its codes: what a counter types where no input method has it."""
    rare = dict.fromkeys(character for character in written if not legacy.is_common(character))
    return [f"{each} {legacy.named(each)} / {legacy.written(each).hex().upper()}" for each in rare]
