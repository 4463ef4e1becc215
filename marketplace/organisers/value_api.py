"""What a voucher would be worth, over the API: open to everybody, nothing of the question is stored."""

from uuid import UUID

from litestar import post
from litestar.params import FromPath, JSONBody

from marketplace.organisers.values import HouseholdAsked, Worth, value_of_product
from marketplace.web.security import Caller, allow_anyone

TAG = "Organisers"


@post("/api/v1/voucher-products/{product_id:uuid}/value", guards=[allow_anyone], tags=[TAG], status_code=200)
async def compute_voucher_value(actor: Caller, product_id: FromPath[UUID], data: JSONBody[HouseholdAsked]) -> Worth:
    """What a voucher of the product is worth today to a household, with its rule in words."""
    return await value_of_product(product_id, data, actor.language)


ROUTES = [compute_voucher_value]
