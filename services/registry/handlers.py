"""Facts of others: organisations of the tree appear in the directory, requests that never arrived are given up."""

from services.registry.commands import directory, records
from shared.contracts.events import OrganizationRegistered, RecordRequestUndelivered
from shared.inbox import Handlers

HANDLERS: Handlers = {
    OrganizationRegistered: directory.learn_organization,
    RecordRequestUndelivered: records.give_up,
}
