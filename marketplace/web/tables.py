"""Server-side sessions: what a browser's cookie stands for."""

from piccolo.columns import UUID, Bytea, Timestamptz, Varchar
from piccolo.table import Table

from marketplace.kernel.db import new_id


class WebSession(Table):
    """One browser's session. The cookie's id is kept only as its SHA-256, so a leaked table signs nobody in."""

    id = UUID(primary_key=True, default=new_id)
    key_hash = Varchar(64, unique=True)
    person_id = UUID(null=True, default=None, index=True)
    data = Bytea()
    started_at = Timestamptz()
    seen_at = Timestamptz(index=True)
