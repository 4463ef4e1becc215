"""What Stripe told us, as it told it."""

from piccolo.columns import JSON, UUID, Integer, Timestamptz, Varchar
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from marketplace.kernel.db import new_id


class StripeEvent(Table):
    """The inbox: one row for each event and endpoint, however often Stripe sends it. Kept as evidence, never changed.

    ``handled_at`` is empty until a feature has taken note of it; ``attempts`` counts how often one tried.
    """

    id = UUID(primary_key=True, default=new_id)
    endpoint = Varchar(20)
    event_id = Varchar(100)
    type = Varchar(120)
    payload = JSON()
    received_at = Timestamptz()
    handled_at = Timestamptz(null=True, default=None)
    attempts = Integer(default=0)
    stripe_event_once = Unique(["endpoint", "event_id"], name="stripe_event_once")
    stripe_event_endpoint = Check("endpoint in ('platform', 'connect', 'accounts')", name="stripe_event_endpoint_known")
