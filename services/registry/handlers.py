"""Facts of others: organisations of the tree appear in the directory, requests that never arrived are given up."""

from services.registry.commands import directory, erasing, records
from shared.contracts.events import ErasureCompleted, OrganizationFact, RecordRequestUndelivered
from shared.inbox import Handlers

HANDLERS: Handlers = {
    **dict.fromkeys(OrganizationFact.__subclasses__(), directory.learn_organization),
    RecordRequestUndelivered: records.give_up,
    ErasureCompleted: erasing.close,
}
