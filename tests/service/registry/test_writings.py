"""Further writings of a name: added as they stand there, told apart, sealed, withdrawn, and printed on the sheet."""

import io
from typing import Any

import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject
from sqlalchemy import text

from tests.service.registry.conftest import RECORD, subject_of
from tests.service.registry.test_protection import dump
from tests.support import grants
from tests.support.apps import RunningApp

TICKET = {"written": "阿布都热合曼买买提", "document": "ticket"}
CARD = {"written": "阿不都热合曼•买买提", "document": "bank_card"}
RARE = RECORD | {"name": "𠮷田㐂一·金丝雀"}
A4 = (595, 842)  # points


def fonts(page: Any) -> dict[str, bool]:
    """The fonts of a page and whether each lies in the file."""
    found = {}
    for font in page["/Resources"]["/Font"].values():
        [inner] = font.get_object()["/DescendantFonts"]
        described: DictionaryObject = inner.get_object()["/FontDescriptor"].get_object()
        found[str(described["/FontName"])] = any(key.startswith("/FontFile") for key in described)
    return found


async def sheet(registry: RunningApp, caller: grants.Caller) -> PdfReader:
    async with registry.as_(caller) as client:
        answer = await client.get("/v1/me/name-sheet")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    return PdfReader(io.BytesIO(answer.content))


async def test_a_writing_is_kept_as_it_stands_there_and_told_apart(registry: RunningApp, person: grants.Caller) -> None:
    at_counter = grants.resident(registry.settings, subject_of(person))
    at_counter.claims["proved_by"] = "code_at_counter"
    async with registry.as_(person) as client:
        assert (await client.post("/v1/me/name-writings", json=TICKET)).status_code == 201
    async with registry.as_(at_counter) as client:
        made = await client.post("/v1/me/name-writings", json=CARD)
        shown = (await client.get("/v1/me/name-writings")).json()["writings"]
    assert made.json() == {"id": shown[1]["id"], "state": "kept"}
    assert [(each["written"], each["difference"], each["evidence"]) for each in shown] == [
        (TICKET["written"], "missing_separator", "said"),
        (CARD["written"], "homophone", "shown_at_counter"),
    ]


async def test_a_wrong_name_is_shown_and_corrected_and_its_writings_follow(registry: RunningApp) -> None:
    caller = grants.resident(registry.settings)
    async with registry.as_(caller) as client:
        await client.put("/v1/me/record", json=RECORD | {"name": "阿布都热合曼.买买堤"})
        read = await client.get("/v1/me/record")
        assert (read.json()["name"], read.json()["writing_differs"]) == ("阿布都热合曼·买买堤", True)
        await client.post("/v1/me/name-writings", json={"written": RECORD["name"], "document": "passport"})
        [before] = (await client.get("/v1/me/name-writings")).json()["writings"]
        corrected = RECORD | {"name": "阿布都热合曼·买买提"}
        headers = {"if-match": read.headers["etag"]}
        assert (await client.put("/v1/me/record", json=corrected, headers=headers)).status_code == 200
        now = (await client.get("/v1/me/record")).json()
        [after] = (await client.get("/v1/me/name-writings")).json()["writings"]
    assert (now["name"], now["writing_differs"]) == (corrected["name"], False)
    assert (before["difference"], after["difference"]) == ("homophone", "separator")


async def test_a_private_code_of_an_old_register_is_kept_and_its_standard_character_offered(
    registry: RunningApp, person: grants.Caller
) -> None:
    caller = grants.resident(registry.settings)
    async with registry.as_(caller) as client:
        await client.put("/v1/me/record", json=RECORD | {"name": "王\ue81e伟"})
        read = (await client.get("/v1/me/record")).json()
    assert (read["name"], read["standard_writing"]) == ("王\ue81e伟", "王\u9fb4伟")
    async with registry.as_(person) as client:
        assert (await client.get("/v1/me/record")).json()["standard_writing"] is None


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"written": "王\u202e伟"}, "name-bidi-control"),
        ({"written": "   "}, "name-only-spaces"),
        ({"document": "party_card"}, "body-invalid"),
        ({"note": "x"}, "body-invalid"),
    ],
)
async def test_what_is_no_name_or_no_document_is_refused(
    registry: RunningApp, person: grants.Caller, body: dict[str, str], code: str
) -> None:
    async with registry.as_(person) as client:
        answer = await client.post("/v1/me/name-writings", json=TICKET | body)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
        assert (await client.get("/v1/me/name-writings")).json() == {"writings": []}


async def test_the_same_twice_and_too_many_are_refused(registry: RunningApp, person: grants.Caller) -> None:
    async with registry.as_(person) as client:
        for number in range(12):
            body = {"written": f"买买提{chr(0x4E00 + number)}", "document": "ticket"}
            assert (await client.post("/v1/me/name-writings", json=body)).status_code == 201
            again = await client.post("/v1/me/name-writings", json=body)
            assert again.status_code == 409
        one_more = await client.post("/v1/me/name-writings", json=CARD)
    assert one_more.json()["code"] == "name-writings-too-many"


async def test_without_a_record_there_is_nothing_to_compare_with(registry: RunningApp) -> None:
    async with registry.as_(grants.resident(registry.settings)) as client:
        assert (await client.post("/v1/me/name-writings", json=TICKET)).status_code == 404
        assert (await client.get("/v1/me/name-sheet")).status_code == 404


async def test_a_withdrawn_writing_is_gone_and_nobody_else_withdraws_it(
    registry: RunningApp, person: grants.Caller
) -> None:
    async with registry.as_(person) as client:
        made = (await client.post("/v1/me/name-writings", json=TICKET)).json()["id"]
    async with registry.as_(grants.resident(registry.settings)) as other:
        assert (await other.post(f"/v1/me/name-writings/{made}:withdraw")).status_code == 404
        assert (await other.get("/v1/me/name-writings")).status_code == 404
    async with registry.as_(person) as client:
        done = await client.post(f"/v1/me/name-writings/{made}:withdraw")
        assert done.json() == {"id": made, "state": "withdrawn"}
        assert (await client.get("/v1/me/name-writings")).json() == {"writings": []}
        assert (await client.post(f"/v1/me/name-writings/{made}:withdraw")).status_code == 404


async def test_no_writing_lies_in_clear_and_all_have_one_size(registry: RunningApp, person: grants.Caller) -> None:
    async with registry.as_(person) as client:
        for written in ("王", "金丝雀写法" * 30):
            await client.post("/v1/me/name-writings", json={"written": written, "document": "social_security_card"})
    dumped = await dump(registry)
    for secret in ("金丝雀写法", "social_security_card", "shown_at_counter"):
        assert secret not in dumped and secret.encode().hex() not in dumped
    async with registry.runtime.engine.connect() as connection:
        await connection.exec_driver_sql("SELECT set_config('app.platform', 'on', true)")
        sizes = await connection.exec_driver_sql("SELECT DISTINCT octet_length(sealed) FROM name_writing")
        assert sizes.scalars().all() == [2048 + 29]


async def test_the_sheet_shows_every_writing_with_its_codes_on_a4_in_a_font_that_lies_in_it(
    registry: RunningApp,
) -> None:
    caller = grants.resident(registry.settings)
    async with registry.as_(caller) as client:
        await client.put("/v1/me/record", json=RARE)
        for body in (CARD, TICKET, {"written": "JITIAN XIYI #*$_", "document": "passport"}):
            assert (await client.post("/v1/me/name-writings", json=body)).status_code == 201
    read = await sheet(registry, caller)
    text = "".join(page.extract_text() for page in read.pages)
    flat = "".join(text.split())
    dotted = flat.replace("•", "·")  # fonts draw both dots alike: the column of codes tells them apart
    for shown in ("姓名写法对照说明", RARE["name"], "阿不都热合曼·买买提", TICKET["written"], "JITIANXIYI#*$_"):
        assert shown in dotted, text
    for shown in ("居民身份证", "银行卡", "U+20BB7/9534B235", "U+3402", "U+2022", "本人陈述", "第二十六条"):
        assert shown in flat, text
    for page in read.pages:
        assert tuple(round(side) for side in page.mediabox[2:]) == A4
        assert any("NotoSansCJK" in name for name in fonts(page)) and all(fonts(page).values())


async def test_the_sheet_says_nothing_of_the_person_but_her_name(registry: RunningApp, person: grants.Caller) -> None:
    text = "".join(page.extract_text() for page in (await sheet(registry, person)).pages)
    for word in ("民族", "民委", "籍贯", "宗教", "性别", "110105", "1949", "139", "维吾尔", "语言"):
        assert word not in text


async def test_a_name_of_the_greatest_length_is_not_cut(registry: RunningApp) -> None:
    caller = grants.resident(registry.settings)
    name = "帕尔哈提·吾买尔江" * 16
    async with registry.as_(caller) as client:
        await client.put("/v1/me/record", json=RECORD | {"name": name})
    text = "".join(page.extract_text() for page in (await sheet(registry, caller)).pages)
    assert name in "".join(text.split())


async def test_two_who_write_the_same_do_not_show_as_two_who_write_the_same(registry: RunningApp) -> None:
    everybody = [grants.resident(registry.settings) for _ in range(2)]
    for caller in everybody:
        async with registry.as_(caller) as client:
            assert (await client.put("/v1/me/record", json=RECORD)).status_code == 200
            assert (await client.post("/v1/me/name-writings", json=TICKET)).status_code == 201
    query = text("SELECT request FROM idempotency WHERE caller = ANY(:callers)")
    callers = [f"resident:{subject_of(caller)}" for caller in everybody]
    async with registry.runtime.engine.begin() as connection:
        digests = (await connection.scalars(query, {"callers": callers})).all()
    assert len(digests) == len(set(digests)) == 4
