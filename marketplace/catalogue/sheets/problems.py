"""What would keep a draft of a sheet from being saved; asked once for all drafts that differ in their texts only."""

from uuid import UUID

import msgspec
from msgspec.structs import replace

from marketplace.catalogue.offers.checks import check_words
from marketplace.catalogue.offers.obstacles import problems_of
from marketplace.catalogue.offers.schemas import OfferDraft
from marketplace.kernel.errors import FieldError
from marketplace.kernel.i18n import Message

NO_TEXTS = {f"{kind}_{language}": "" for kind in ("name", "description") for language in ("fi", "sv", "en")}


class Problems:
    """Answers for the drafts of one provider, while one sheet is read."""

    def __init__(self, provider_id: UUID) -> None:
        self.provider_id = provider_id
        self._known: dict[bytes, list[FieldError]] = {}

    async def of(self, draft: OfferDraft) -> tuple[Message, ...]:
        """Everything that is wrong with a draft, in words."""
        bare = replace(draft, **NO_TEXTS)
        key = msgspec.json.encode(bare)
        if key not in self._known:
            self._known[key] = await problems_of(bare, self.provider_id)
        errors = [*check_words(draft), *self._known[key]]
        return tuple(error.message for i, error in enumerate(errors) if error not in errors[:i])
