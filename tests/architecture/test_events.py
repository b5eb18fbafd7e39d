"""Events: closed and frozen, each with its publisher, consumed only where they exist, and about nobody by name."""

import ast
import re

import pytest

from shared.contracts import events
from shared.contracts.envelope import Event
from tests.architecture import house, words

APPS = house.apps()
# Names of services and organisations, which are public.
NAMES = {"organization.name", "service.name_zh", "service.name_en"}
TO_ERASE = re.compile(r"gateway\.(?P<app>[a-z]+)-erasure\.ordered\.v1")
SUBJECTS = sorted(events.BY_SUBJECT)


def classes() -> set[type[Event]]:
    """Every event class with a subject, wherever it is declared."""
    found: set[type[Event]] = set()
    waiting: list[type[Event]] = [Event]
    while waiting:
        each = waiting.pop()
        waiting += each.__subclasses__()
        if each.subject and each.__module__.startswith(("shared.", "services.", "gateway.")):
            found.add(each)
    return found


def published(app: str) -> set[str]:
    """Names that the modules of an app which emit, or build what they emit, speak of."""
    package = f"{APPS[app]}."
    return {
        house.last_name(node)
        for module in house.app_modules()
        if module.name.startswith(package) and not module.name.endswith(".handlers")
        for node in module.nodes
        if isinstance(node, ast.Name | ast.Attribute)
    }


def test_every_event_is_in_the_contracts() -> None:
    assert classes() == set(events.BY_SUBJECT.values())


@pytest.mark.parametrize("subject", SUBJECTS)
def test_an_event_has_a_publisher(subject: str) -> None:
    app = subject.split(".")[0]
    assert app in APPS, f"{subject}: no such app"
    assert events.BY_SUBJECT[subject].__name__ in published(app), (
        f"{app} never publishes it: take it out, or publish it"
    )


@pytest.mark.parametrize("app", sorted(APPS))
def test_an_app_emits_through_its_outbox(app: str) -> None:
    """In the transaction of the change; nothing publishes to the bus by itself."""
    direct = [
        f"{module.where}:{call.lineno}"
        for module in house.app_modules()
        for name, call in module.calls()
        if name == "publish" and "bus" in ast.unparse(call.func).lower()
    ]
    assert not direct


@pytest.mark.parametrize("subject", SUBJECTS)
def test_an_event_is_frozen_closed_and_explained(subject: str) -> None:
    model = events.BY_SUBJECT[subject]
    assert model.model_config.get("frozen") and model.model_config.get("extra") == "forbid"
    assert model.__doc__
    assert not [name for name, field in model.model_fields.items() if field.annotation in (dict, object)]


@pytest.mark.parametrize("subject", SUBJECTS)
def test_an_event_names_nobody(subject: str) -> None:
    """Ids, states, codes, times and seals; no pairwise id either, or two consumers could join what they know.

    But for the order to erase her: it is for one app, which alone knows the id in it and alone follows it.
    """
    noun = subject.split(".")[1]
    fields = set(events.BY_SUBJECT[subject].model_fields)
    if to := TO_ERASE.fullmatch(subject):
        orders = {app: house.record(app).erasing for app in APPS}
        assert [app for app, told in orders.items() if told and told.order.subject == subject] == [to["app"]]
        fields.remove("person")
    personal = {name for name in fields if words.of_a_person(name) and f"{noun}.{name}" not in NAMES}
    assert not personal
    assert not fields & {"person", "people", "subject", "resident", "citizen", "user", "dependant", "guardian", "party"}


@pytest.mark.parametrize("app", sorted(APPS))
def test_an_app_handles_only_events_of_others(app: str) -> None:
    service = house.record(app)
    own = [event.subject for event in service.handlers if event.subject.startswith(f"{app}.")]
    assert not own, "what an app says it knows already"
    assert {event.subject for event in service.handlers} <= set(events.BY_SUBJECT)
