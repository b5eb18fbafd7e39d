"""The policy file: which operation is whose task; read and checked once, at the start."""

from pathlib import Path
from typing import Any

import msgspec
import yaml

from gateway.agreements import rules as agreements
from gateway.exchange.rules import Policy
from shared.contracts.vocabulary import Vocabulary

FILE = Path(__file__).with_name("policy.yaml")


class PolicyError(Exception):
    """The policy is wrong; the gateway must not start with it."""


def load(vocabulary: Vocabulary, file: Path = FILE) -> Policy:
    """The policy, checked against the closed lists; raises PolicyError that says what to mend."""
    try:
        policy = msgspec.convert(_written_out(yaml.safe_load(file.read_text("utf-8"))), Policy)
    except (OSError, yaml.YAMLError, msgspec.ValidationError) as error:
        raise PolicyError(f"policy {file.name}: {error}") from error
    wrong = _wrong(policy, vocabulary)
    if wrong:
        raise PolicyError(f"policy {file.name}: " + "; ".join(wrong))
    return policy


def _written_out(read: Any) -> Any:
    """Own operations with nothing but a task stand as `operation: task`."""
    if not isinstance(read, dict) or not isinstance(read.get("self"), dict):
        return read
    own = {name: {"task": rule} if isinstance(rule, str) else rule for name, rule in read["self"].items()}
    return {**read, "self": own}


def _wrong(policy: Policy, vocabulary: Vocabulary) -> list[str]:
    kinds = frozenset(vocabulary.release.organisation_kinds)
    wrong = [
        f"{name}: kinds of organisation that are not on the closed list: {', '.join(sorted(rule.kinds - kinds))}"
        for name, rule in policy.internal.items()
        if rule.kinds - kinds
    ]
    wrong += [
        f"{name}: names no role or kind" for name, rule in policy.internal.items() if not (rule.roles and rule.kinds)
    ]
    wrong += [f"{name}: fresh_within is in seconds" for name, rule in policy.self.items() if rule.fresh_within < 0]
    wrong += [
        f"{name}: a helper has no fresh proof of who she is"
        for name, rule in policy.self.items()
        if rule.fresh_within and rule.with_helper
    ]
    wrong += [f"{name}: nobody may do it" for name, rule in policy.self.items() if not (rule.alone or rule.with_staff)]
    if policy.exchange.keys() != agreements.OPERATIONS:
        wrong.append("exchange: must be exactly the operations that agreements may list")
    twice = (policy.self.keys() & policy.internal.keys()) | (
        policy.exchange.keys() & (policy.self.keys() | policy.internal.keys())
    )
    wrong += [f"{name}: stands under two kinds of call" for name in sorted(twice)]
    return wrong
