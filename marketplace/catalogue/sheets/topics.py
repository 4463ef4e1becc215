"""What happens to a sheet after the commit."""

from uuid import UUID

import msgspec

from marketplace.kernel.jobs import Topic


class SheetJob(msgspec.Struct, frozen=True):
    """Which import to go on with."""

    import_id: UUID


SHEET_UPLOADED = Topic("sheet.uploaded", SheetJob)
"""A large file waits to be read."""

SHEET_ACCEPTED = Topic("sheet.accepted", SheetJob)
"""A dry run was accepted: what it proposed is done, one offer after another."""
