"""Facts of others that the registry reacts to: organisations of the tree appear in the directory."""

from services.registry.commands import directory
from shared.contracts.events import OrganizationRegistered
from shared.inbox import Handlers

HANDLERS: Handlers = {OrganizationRegistered: directory.learn_organization}
