"""Tables: each app has one metadata of its own, and whoever reads about people says for whom."""

import ast
import importlib
from collections.abc import Iterator
from typing import Any

import pytest
from sqlmodel import SQLModel

from tests.architecture import house
from tests.architecture.house import Function, Module

# The table whose rows `visible_to` picks for a caller; everything that refers to it belongs to one of its rows.
PICKED = {"referrals": "referral", "cases": "mediation_case"}
# Queries of these for which there is no caller, and who asks instead.
NO_CALLER = {
    "services.referrals.queries.consented": "a fact of the house, which sees every referral",
    "services.referrals.queries.of_person": "an order to erase, which names her",
    "services.cases.queries.cases.of_person": "an order to erase, which names her",
    "services.referrals.queries.run_out": "the clock",
    "services.referrals.queries.without_due": "the clock, when a calendar year is known",
    "services.cases.queries.cases.invited": "whoever holds the invitation's code, which is the right to see it",
}
# What a question may say beside whom it is about: the clock, a page, a lock. None of it picks a person.
ABOUT_NOBODY = frozenset({"session", "now", "since", "after", "limit", "known", "lock", "today", "kind"})
ITS_ID = "case_id"  # of a case that `visible_to` gave


def descendants(base: type[Any]) -> Iterator[type[Any]]:
    for each in base.__subclasses__():
        yield each
        yield from descendants(each)


@pytest.mark.parametrize("app", sorted(house.apps()))
def test_every_table_is_in_the_metadata_of_its_app(app: str) -> None:
    """Another metadata would be seen by no migration and by none of these checks."""
    house.built(app)
    own = house.metadata(app)
    begin = house.apps()[app] + "."
    tables: list[Any] = [
        each for each in descendants(SQLModel) if hasattr(each, "__table__") and each.__module__.startswith(begin)
    ]
    assert not [each.__qualname__ for each in tables if each.__table__.metadata is not own], (
        "derive from the app's Base"
    )


def test_no_app_makes_a_metadata_beside() -> None:
    """One `Base` an app, in its `tables`, be they a module or a package."""
    made = [(module, name, call) for module in house.app_modules() for name, call in module.calls()]
    aside = [
        f"{m.where}:{call.lineno}" for m, name, call in made if name in ("MetaData", "declarative_base", "registry")
    ]
    assert not aside
    bases = [m.name.partition(".tables")[0] for m, name, _ in made if name == "new_registry" and ".tables" in m.name]
    assert sorted(bases) == sorted(house.apps().values())
    assert len(bases) == sum(name == "new_registry" for _, name, _ in made)


def classes(app: str) -> dict[str, str]:
    """The app's classes of tables, each with the name of its table."""
    made = vars(importlib.import_module(f"{house.apps()[app]}.tables"))
    return {name: str(each.__tablename__) for name, each in made.items() if hasattr(each, "__table__")}


def about_people(app: str) -> set[str]:
    """The table that `visible_to` is about, and whatever refers to it."""
    found = {PICKED[app]}
    for table in house.metadata(app).sorted_tables:  # each stands after those that it refers to
        if found & {key.column.table.name for key in table.foreign_keys}:
            found.add(table.name)
    return found


def reads(app: str, function: Function) -> set[str]:
    """The tables that a function speaks of."""
    known = classes(app)
    nodes = [node for line in function.body for node in ast.walk(line)]
    return {known[node.id] for node in nodes if isinstance(node, ast.Name) and node.id in known}


def is_guarded(app: str, function: Function) -> bool:
    """It asks `visible_to`; or it follows a row that was given, or its id, and not the table that is picked from."""
    if any(isinstance(node, ast.Call) and house.last_name(node.func) == "visible_to" for node in ast.walk(function)):
        return True
    rows = {arg.annotation.id for arg in function.args.args if isinstance(arg.annotation, ast.Name)} & classes(
        app
    ).keys()
    follows = bool(rows) or ITS_ID in {arg.arg for arg in function.args.args}
    return follows and PICKED[app] not in reads(app, function)


def queries(app: str) -> list[Module]:
    begin = f"{house.apps()[app]}.queries"
    return [module for module in house.app_modules() if module.name == begin or module.name.startswith(f"{begin}.")]


@pytest.mark.parametrize("app", sorted(PICKED))
def test_whoever_reads_a_referral_or_case_is_held_against_visible_to(app: str) -> None:
    """Registry's people are guarded by row-level security instead (tests/service/registry/test_protection.py)."""
    open_ = {
        f"{module.name}.{function.name}"
        for module in queries(app)
        for function in module.functions
        if function.name != "visible_to" and reads(app, function) & about_people(app) and not is_guarded(app, function)
    }
    assert open_ <= NO_CALLER.keys(), f"begin with visible_to(grant): {open_ - NO_CALLER.keys()}"
    assert {name for name in NO_CALLER if name.startswith(f"services.{app}.")} <= open_, "not needed any more"


def picks(function: Function) -> bool:
    """It takes whom it is about, or by what they prove who they are, and asks by that."""
    named = function.args
    given = {arg.arg for arg in (*named.posonlyargs, *named.args, *named.kwonlyargs)} - ABOUT_NOBODY
    return any(isinstance(node, ast.Name) and node.id in given for line in function.body for node in ast.walk(line))


def test_whoever_asks_identity_says_about_whom() -> None:
    """Identity's rows are of another kind: nothing is picked from them for a caller, since they say who the caller is.

    So none of its queries begins with a caller, and each of them with one person, one secret that they bring, one
    organisation or one client: nothing there can be asked about everybody. The exceptions: what is public, the clock,
    and a change of keys.
    """
    asked = {
        f"{module.name.rpartition('.')[2]}.{function.name}": function
        for module in queries("identity")
        for function in module.functions
        if isinstance(function, ast.AsyncFunctionDef)
    }
    everybody = {name for name, function in asked.items() if not picks(function)}
    assert everybody == {"organizations.organizations", "organizations.out_of_contract", "people.passwords"}
    read = set().union(*(reads("identity", asked[name]) for name in everybody))
    assert read <= {"organization", "contract", "password"}, "public, for the clock, or sealed under another key"
