"""Where partners are told: no address, and no end of one, holds up another, and none leads inside."""

import asyncio
import os
import socket
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.webhooks import deliver
from shared.contracts import events
from tests.service.gateway import place as places
from tests.service.gateway.place import Place, arrive, settled
from tests.support import receiver
from tests.support.postgres import TestServer
from tests.support.receiver import Receiver
from tests.support.until import until


async def test_410_from_the_address_before_leaves_the_new_one_alone(
    place: Place, partner: Receiver, organisation: str
) -> None:
    partner.answers, partner.silent = [410], True
    await place.referral(organisation, "requested")
    await place.time_passes()
    await arrive(partner)
    async with receiver.receiver() as new:
        await place.registered(organisation, new)
        partner.closing.set()
        assert (await settled(place, organisation))["state"] == "active"
        await place.time_passes()
        await arrive(new)


async def test_with_its_client_the_webhook_ends_that_it_registered(place: Place, partner: Receiver) -> None:
    organisation, other = await place.organisation(), await place.organisation()
    for each in (organisation, other):
        await place.registered(each, partner)
    client = f"{organisation}-system"
    await place.gateway.receive("identity", client, 1, events.ClientRevoked(client=client, organization=organisation))
    state = "SELECT state FROM webhook_endpoint WHERE organization = :o"

    async def disabled() -> bool:
        return [row.state for row in await place.rows(state, o=organisation)] == ["disabled"]

    await until(disabled)
    assert [row.state for row in await place.rows(state, o=other)] == ["active"]


async def test_a_closed_organisation_has_no_webhook(place: Place, organisation: str) -> None:
    await place.referral(organisation, "requested")
    await place.becomes(organisation, "closed")
    await place.may(organisation, "closed")
    assert not await place.rows("SELECT 1 FROM webhook_endpoint WHERE organization = :o", o=organisation)
    assert not await place.rows("SELECT 1 FROM webhook_message WHERE organization = :o", o=organisation)


async def test_without_a_secret_that_can_be_read_nothing_is_sent(
    place: Place, partner: Receiver, organisation: str
) -> None:
    await place.rows("UPDATE webhook_endpoint SET secret = 'x' WHERE organization = :o", o=organisation)
    referral = await place.referral(organisation, "requested")
    await place.time_passes()
    reasons = "SELECT reason FROM webhook_message WHERE referral = :r AND reason <> ''"

    async def refused() -> Any:
        return [row.reason for row in await place.rows(reasons, r=referral)]

    assert await until(refused) == ["secret-unreadable"]
    assert partner.told == []


async def test_an_address_that_cannot_be_read_holds_up_nobody_else(place: Place, partner: Receiver) -> None:
    broken = await place.organisation()
    await place.registered(broken, partner)
    await place.rows("UPDATE webhook_endpoint SET url = 'https://1.2.3.999/' WHERE organization = :o", o=broken)
    await place.referral(broken, "requested")
    await place.time_passes()
    assert (await settled(place, broken))["waiting"] == 1
    organisation = await place.organisation()
    await place.registered(organisation, partner)
    await place.referral(organisation, "requested")
    await place.time_passes()
    await arrive(partner)


async def test_slow_name_servers_hold_up_nobody_else(
    place: Place, partner: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered, asked, looked_up = threading.Event(), [], socket.getaddrinfo

    def slow(host: str, *rest: Any, **more: Any) -> Any:
        if host == "slow.example":
            asked.append(host)
            answered.wait()
        return looked_up("localhost" if host == "slow.example" else host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    number = (os.cpu_count() or 1) + 5  # more than the threads of an event loop
    try:
        for _ in range(number):
            organisation = await place.organisation()
            token = place.issuer.token(organisation)
            await place.call(token, "PUT", "/v1/webhook", {"url": "https://slow.example/"})
            await place.referral(organisation, "requested")
        await place.time_passes()

        async def all_asked() -> bool:
            return len(asked) == number

        await until(all_asked)
        await asyncio.wait_for(asyncio.get_running_loop().getaddrinfo("localhost", 443), 5)
    finally:
        answered.set()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"url": "https://10.0.0.1/"}, "webhook-address-unfit"),
        ({"url": "http://partner.example/"}, "webhook-address-unfit"),
        ({}, "body-invalid"),
        ({"url": 7}, "body-invalid"),
        ({"url": "https://partner.example/", "more": 1}, "body-invalid"),
    ],
)
async def test_what_does_not_fit_is_refused_with_what_to_do(place: Place, body: dict[str, Any], code: str) -> None:
    token = place.issuer.token(await place.organisation())
    refused = await place.call(token, "PUT", "/v1/webhook", body)
    assert (refused.status_code, refused.json()["code"]) == (422, code)


async def test_in_production_a_name_that_leads_inside_is_never_connected_to(
    postgres: TestServer, tmp_path: Path
) -> None:
    """Refused after the look-up, whatever the name is: `localhost` here, any name whose owner points it inside."""
    more: dict[str, object] = {
        "environment": "production",
        "public_url": "https://gateway.test",
        "sender": "http",
        "sender_url": "https://messages.example/",
    }
    async for inside in places.gateway(postgres, tmp_path, **more):
        async with receiver.receiver() as partner:
            organisation = await inside.organisation()
            token = inside.issuer.token(organisation)
            for unfit in (partner.url, partner.url.replace("http://", "https://")):
                refusal = await inside.call(token, "PUT", "/v1/webhook", {"url": unfit})
                assert refusal.json()["code"] == "webhook-address-unfit", "no port but 443"
            taken = await inside.call(token, "PUT", "/v1/webhook", {"url": "https://localhost/"})
            assert taken.status_code == 200
            await inside.referral(organisation, "requested")
            await inside.time_passes()

            async def tried(inside: Place = inside) -> bool:
                rows = await inside.rows("SELECT reason FROM webhook_message")
                return [row.reason for row in rows] == ["no-answer"]

            await until(tried)
            with pytest.raises(deliver.Refused):
                await deliver.looked_up(httpx.URL("https://localhost/"), local=False)
