"""Prices announced for a day to come. On that day each becomes a new version of its offer."""

from piccolo.columns import JSONB, UUID, Boolean, Date, ForeignKey, Text, Timestamptz, Varchar
from piccolo.constraints import Check
from piccolo.table import Table

from marketplace.catalogue.offers.tables import Offer, OfferVersion
from marketplace.kernel.db import new_id


class PriceChange(Table):
    """A price list of an offer from a day on. At most one of an offer waits at a time; what was decided stays."""

    id = UUID(primary_key=True, default=new_id)
    offer_id = ForeignKey(references=Offer, null=False, default=None, index=True)
    prices = JSONB()
    calendar = JSONB()
    valid_from = Date(default=None)
    is_increase = Boolean(default=True)
    status = Varchar(20)
    announced_by = UUID(null=True, default=None)
    announced_at = Timestamptz()
    decided_by = UUID(null=True, default=None)
    decided_at = Timestamptz(null=True, default=None)
    reasons = Text(default="")
    version_id = ForeignKey(references=OfferVersion, null=True, default=None)
    price_change_known_status = Check(
        "status in ('awaiting_approval', 'scheduled', 'in_force', 'rejected', 'cancelled')"
    )
    price_change_in_force_as_version = Check("(status = 'in_force') = (version_id is not null)")
