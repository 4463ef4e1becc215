"""Tables of the shared ground: the audit trail, remembered answers and stored files."""

from piccolo.columns import UUID, BigInt, Bytea, Timestamptz, Varchar
from piccolo.columns.column_types import JSONB
from piccolo.constraints import Unique
from piccolo.table import Table

from marketplace.kernel.db import new_id


class AuditEvent(Table):
    """Who did what to which thing, with the thing before and after. Append-only: the database refuses the rest."""

    id = UUID(primary_key=True, default=new_id)
    happened_at = Timestamptz()
    person_id = UUID(null=True, default=None)
    role = Varchar(40, null=True, default=None)
    organiser_id = UUID(null=True, default=None, index=True)
    provider_id = UUID(null=True, default=None, index=True)
    action = Varchar(80)
    subject = Varchar(40)
    subject_id = UUID()
    before = JSONB(null=True, default=None)
    after = JSONB(null=True, default=None)


class RememberedAnswer(Table):
    """The answer given to one idempotency key within a caller's scope, with a hash of what was asked."""

    id = UUID(primary_key=True, default=new_id)
    scope = Varchar(200)
    key = Varchar(200)
    fingerprint = Bytea()
    answer = Bytea(null=True, default=None)
    created_at = Timestamptz()
    unique_scope_key = Unique(["scope", "key"], name="remembered_answer_scope_key")


class StoredFile(Table):
    """A file outside the database: its hash, size and true media type. The bytes live in the file store."""

    id = UUID(primary_key=True, default=new_id)
    name = Varchar(255)
    media_type = Varchar(100)
    size_bytes = BigInt()
    sha256 = Varchar(64)
    owner = Varchar(40)
    owner_id = UUID(index=True)
    created_by = UUID(null=True, default=None)
    created_at = Timestamptz()
