"""A path of the table of routes and of a room of the gateway is answered by whichever offers the method."""

from tests.support.apps import RunningApp


async def test_one_path_is_read_by_anybody_and_written_by_officers(gateway: RunningApp) -> None:
    async with gateway.as_() as client:
        assert (await client.get("/v1/agreements")).json() == {"agreements": []}
        assert (await client.post("/v1/agreements", json={"terms": {}})).status_code == 401
        wrong = await client.delete("/v1/agreements")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET, POST")
