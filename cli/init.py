"""`jieli init`: every secret of one region's installation, and the code by which its first two administrators join."""

import hashlib
import inspect
import json
import secrets as random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Self

import typer
from joserfc.jwk import ECKey
from pydantic import AfterValidator, StringConstraints, ValidationError, model_validator
from pydantic.dataclasses import dataclass

from cli.installation import APPS, Directory, Installation
from deploy.local import nats, places, provision, secrets
from gateway.federation.peers import FEDERATION_KEY
from gateway.main import LOG_KEY, WITNESS_KEY
from services.identity.rules import keys
from services.registry.commands.receipts import KEY_FILE
from shared.contracts import vocabulary

KIND = "service_centre"
JOIN_WITHIN = timedelta(days=7)
FIRST_PORT = 8080  # the gateway's; the others follow
HEX = 24  # random bytes in a password


def _allowed(name: str) -> str:
    reason = vocabulary.load().forbidden(name, KIND)
    if reason:
        raise ValueError(reason)
    return name


# One word: it stands in an env file that a shell may split.
Word = Annotated[str, StringConstraints(pattern=r"^[\w·().（）-]+$")]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{2,63}$")]
Place = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.-]+:[0-9]{1,5}$")]


@dataclass(frozen=True)
class Plan:
    """What an installation is told when it is made."""

    region: Annotated[
        str, StringConstraints(pattern=r"^[0-9]{6}$"), typer.Option(help="Its code, six digits (GB/T 2260).")
    ]
    name: Annotated[Word, typer.Option(help="Its name, one word.")]
    public_url: Annotated[
        str,
        StringConstraints(pattern=r"^https://[A-Za-z0-9.-]+(:[0-9]+)?$"),
        typer.Option(help="Where its gateway is reached from outside: https://..., no path."),
    ]
    organization: Annotated[Id, typer.Option(help="The id of the service centre, at the top of the tree.")]
    organization_name: Annotated[Word, AfterValidator(_allowed), typer.Option(help="Its name, one word.")]
    administrator: Annotated[Id, typer.Option(help="The work id of the first administrator, no name.")]
    second_administrator: Annotated[Id, typer.Option(help="Another person: registrations need two.")]
    directory: Annotated[Path, typer.Option(help="The folder to make.")]
    desk: Annotated[
        str,
        StringConstraints(pattern=r"^(https://[A-Za-z0-9.-]+(:[0-9]+)?|http://127\.0\.0\.1)/[A-Za-z0-9/_-]*$"),
        typer.Option(help="Where the staff's front end is called back after a sign-in."),
    ] = "http://127.0.0.1/callback"
    postgres: Annotated[Place, typer.Option(help="The PostgreSQL of the apps' data.")] = "127.0.0.1:5432"
    postgres_keys: Annotated[
        Place, typer.Option(help="The PostgreSQL of the person keys; it should be another server.")
    ] = "127.0.0.1:5432"
    nats: Annotated[Place, typer.Option(help="The event bus.")] = "127.0.0.1:4222"
    nats_monitor: Annotated[Place, typer.Option(help="Its monitoring page.")] = "127.0.0.1:8222"

    @model_validator(mode="after")
    def _two(self) -> Self:
        if self.administrator == self.second_administrator:
            raise ValueError("the two administrators must be two people")
        return self


def init(**told: Any) -> None:
    """Make the folder with every secret and print, once, the links by which the two administrators join."""
    plan = planned(told)
    if plan.directory.exists():
        raise typer.BadParameter(f"{plan.directory} is there already; an installation's secrets are made once")
    draft = plan.directory.with_name(f"{plan.directory.name}.part")
    if draft.exists():
        raise typer.BadParameter(f"{draft} is left of a run that failed: delete it")
    made = Installation(draft)
    codes = written(made, plan)
    draft.rename(plan.directory)
    typer.echo(f"{plan.directory} is made. Keep a sealed copy of it outside the machine.")
    for staff, code in codes.items():
        show_link(plan.public_url, staff, code)
    pin = secrets.es256(plan.directory / "gateway" / FEDERATION_KEY).thumbprint()
    typer.echo(f"other regions pin this federation key: {pin}")
    typer.echo(f"next: set JIELI_SENDER in {plan.directory}/settings.env, then jieli check (docs/operations.md)")


init.__signature__ = inspect.signature(Plan)  # type: ignore[attr-defined]  # typer takes the options from here


def invite(staff: str, directory: Directory) -> None:
    """Invite an administrator of the seed file anew, who did not join in time or lost what they sign in by.

    It takes effect when identity starts: what they had until then opens nothing any more.
    """
    installation = Installation(directory)
    content = json.loads(installation.seed.read_text(encoding="utf-8"))
    if staff not in {entry["staff"] for entry in content["invitations"]}:
        raise typer.BadParameter(f"{staff} is not invited by {installation.seed}")
    code, entry = invitation(staff)
    content["invitations"] = [entry if each["staff"] == staff else each for each in content["invitations"]]
    secrets.write_private(installation.seed, as_json(content))
    show_link(installation.read("settings")["JIELI_PUBLIC_URL"], staff, code)


def planned(told: dict[str, Any]) -> Plan:
    """The plan, or a refusal that names each option that does not fit."""
    try:
        return Plan(**told)
    except ValidationError as error:
        wrong = [f"{'-'.join(map(str, each['loc'])).replace('_', '-')}: {each['msg']}" for each in error.errors()]
        raise typer.BadParameter("; ".join(wrong)) from None


def show_link(public_url: str, staff: str, code: str) -> None:
    """Print a code as a link, the only time that it is seen."""
    typer.echo(f"{staff} joins once, within {JOIN_WITHIN.days} days: {public_url}/sign-in/join#{code}")


def invitation(staff: str) -> tuple[str, dict[str, str]]:
    """A fresh code and what is kept of it."""
    code = random.token_urlsafe(32)
    expires = datetime.now(UTC) + JOIN_WITHIN
    kept = hashlib.sha256(code.encode()).hexdigest()
    return code, {"staff": staff, "sha256": kept, "expires_at": expires.isoformat(timespec="seconds")}


def written(made: Installation, plan: Plan) -> dict[str, str]:
    """Write everything; the codes by staff."""
    secrets.private_directory(made.directory)
    roles = {f"{app}_{kind}": random.token_hex(HEX) for app in APPS for kind in ("owner", "app")}
    # NATS reads what looks like a number as one.
    users = {user: f"p{random.token_hex(HEX)}" for user in (*APPS, nats.OPERATOR, "routes")}
    made.write("settings", settings(plan))
    made.write("database-roles", roles)
    made.write("nats", {f"{user.upper()}_PASSWORD": password for user, password in users.items()})
    keys_of_pairs = {app: secrets.hex_key() for app in APPS if app != "gateway"}
    token_key = secrets.hex_key()
    for app in APPS:
        own = {"NATS_USER": app, "NATS_PASSWORD": users[app], "KEK": secrets.hex_key(), "INDEX_KEY": secrets.hex_key()}
        own |= {"TOKEN_KEY": token_key} if app in ("identity", "gateway") else {}
        own |= of_gateway(keys_of_pairs) if app == "gateway" else {"GRANT_KEY": keys_of_pairs[app]}
        addresses = databases(plan, app, roles)
        made.write(app, prefixed({**own, **{key: value for key, value in addresses.items() if "OWNER" not in key}}))
        made.write(f"{app}-owner", prefixed({key: value for key, value in addresses.items() if "OWNER" in key}))
        secrets.private_directory(made.directory / app)
    key_files(made)
    desk = secrets.public_jwk(secrets.es256(made.directory / "desk.pem"))
    invitations = {staff: invitation(staff) for staff in (plan.administrator, plan.second_administrator)}
    secrets.write_private(made.seed, as_json(seed(plan, desk, [entry for _, entry in invitations.values()])))
    return {staff: code for staff, (code, _) in invitations.items()}


def settings(plan: Plan) -> dict[str, str]:
    """What all apps are told, and where each finds its files."""
    folder = plan.directory.resolve()
    ports = {app: FIRST_PORT + offset for app, offset in places.OFFSETS.items()}
    urls = {app: f"http://127.0.0.1:{port}" for app, port in ports.items() if app != "gateway"}
    told = {
        "REGION": plan.region,
        "REGION_NAME": plan.name,
        "ENVIRONMENT": "production",
        "PUBLIC_URL": plan.public_url,
        "NATS_URL": f"nats://{plan.nats}",
        "NATS_MONITOR_URL": f"http://{plan.nats_monitor}",
        "IDENTITY_SEED_FILE": str(folder / "seed.json"),
        "GATEWAY_SERVICE_URLS": compact(urls),
        "GATEWAY_AGREEMENTS_DIR": str(folder / "agreements"),
        "GATEWAY_PEERS_FILE": str(folder / "gateway" / "peers.json"),
    }
    for app, port in ports.items():
        told |= {f"{app.upper()}_PORT": str(port), f"{app.upper()}_SECRETS_DIR": str(folder / app)}
    return prefixed(told)


def of_gateway(grant_keys: dict[str, str]) -> dict[str, str]:
    """The keys that the gateway alone holds, and those that it shares with each service."""
    pairwise = {service: secrets.hex_key() for service in grant_keys}
    return {"SEAL_KEY": secrets.hex_key(), "GRANT_KEYS": compact(grant_keys), "PAIRWISE_KEYS": compact(pairwise)}


def databases(plan: Plan, app: str, roles: dict[str, str]) -> dict[str, str]:
    """The addresses of an app's databases, as the app and as their owner."""
    prefix = f"r{plan.region}"
    holder = provision.tenant(prefix, app, {f"{prefix}_{role}": password for role, password in roles.items()})
    data, persons = (
        provision.addresses(f"postgresql://{place}", holder) for place in (plan.postgres, plan.postgres_keys)
    )
    return {key: (persons if key.startswith("KEYS") else data)[key] for key in data}


def key_files(made: Installation) -> None:
    """The keys that lie in files of their own, and an empty list of peers."""
    secrets.es256(made.token_keys / keys.name(datetime.now(UTC)))
    secrets.ed25519(made.directory / "gateway" / LOG_KEY)
    secrets.ed25519(made.directory / "gateway" / WITNESS_KEY)
    secrets.es256(made.directory / "gateway" / FEDERATION_KEY)
    secrets.write_private(made.directory / "gateway" / "peers.json", as_json({}))
    receipts = ECKey.generate_key("P-256").as_dict(private=True)
    secrets.write_private(made.directory / "registry" / KEY_FILE, as_json(receipts))
    secrets.private_directory(made.directory / "agreements")


def seed(plan: Plan, jwk: dict[str, Any], invitations: list[dict[str, str]]) -> dict[str, Any]:
    """The centre, the two who are invited to it, and the front end through which they register everybody else."""
    centre = {"organization": plan.organization, "name": plan.organization_name, "kind": KIND}
    two = (plan.administrator, plan.second_administrator)
    return {
        "organizations": [{**centre, "parent": None, "district": plan.region, "services": []}],
        "clients": [
            {
                "client": f"{plan.organization}-desk",
                "organization": plan.organization,
                "jwk": jwk,
                "signs_in": ["staff"],
                "redirect_uris": [plan.desk],
            }
        ],
        "staff": [{"staff": each, "organization": plan.organization, "roles": ["administrator"]} for each in two],
        "invitations": invitations,
    }


def prefixed(values: dict[str, str]) -> dict[str, str]:
    """Settings under the names that the apps read."""
    return {f"JIELI_{name}": value for name, value in values.items()}


def compact(value: object) -> str:
    """JSON without spaces."""
    return json.dumps(value, separators=(",", ":"))


def as_json(value: object) -> str:
    """JSON as it lies in a file."""
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"
