"""All tables, gathered for migrations, backup and tests."""

from registry.accounts.models import User
from registry.applications.models import Application
from registry.core.database import Base
from registry.core.deeds import DoneDeed
from registry.entries.models import Entry
from registry.importing.models import Batch
from registry.ledger.models import Seal
from registry.notices.models import Notice
from registry.releases.models import Release
from registry.sampling.models import Draw
from registry.standing.models import Proposal

__all__ = [
    "Application",
    "Base",
    "Batch",
    "DoneDeed",
    "Draw",
    "Entry",
    "Notice",
    "Proposal",
    "Release",
    "Seal",
    "User",
]
