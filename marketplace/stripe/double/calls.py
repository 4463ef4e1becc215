"""The parameters that each call knows: Stripe's own names, cut down to those the product sends."""

from marketplace.stripe.double.schema import Flag, Group, Listing, Text, Whole, Words

_INCLUDE = Listing(("configuration.recipient", "requirements", "identity", "defaults", "future_requirements"))
_PAGE = {
    "limit": Whole(minimum=1),
    "starting_after": Text(),
    "ending_before": Text(),
    "created": Group({"gt": Whole(), "gte": Whole(), "lt": Whole(), "lte": Whole()}),
}
_CURRENCY = Text(required=True)

NOTHING = Group({})

ACCOUNT_CREATE = Group(
    {
        "display_name": Text(),
        "contact_email": Text(),
        "dashboard": Text(choices=("express", "full", "none")),
        "identity": Group(
            {
                "country": Text(),
                "entity_type": Text(choices=("company", "government_entity", "individual", "non_profit")),
                "business_details": Group({"registered_name": Text()}),
            }
        ),
        "configuration": Group(
            {
                "recipient": Group(
                    {
                        "capabilities": Group(
                            {"stripe_balance": Group({"stripe_transfers": Group({"requested": Flag(required=True)})})}
                        )
                    }
                )
            }
        ),
        "defaults": Group(
            {
                "currency": Text(),
                "responsibilities": Group(
                    {
                        "fees_collector": Text(required=True, choices=("application", "stripe")),
                        "losses_collector": Text(required=True, choices=("application", "stripe")),
                    }
                ),
            }
        ),
        "metadata": Words(),
        "include": _INCLUDE,
    }
)

ACCOUNT_RETRIEVE = Group({"include": _INCLUDE})

ACCOUNT_LINK = Group(
    {
        "account": Text(required=True),
        "use_case": Group(
            {
                "type": Text(required=True, choices=("account_onboarding",)),
                "account_onboarding": Group({"return_url": Text(), "refresh_url": Text(required=True)}, required=True),
            },
            required=True,
        ),
    }
)

BALANCE_SETTINGS = Group(
    {
        "payments": Group(
            {
                "payouts": Group(
                    {"schedule": Group({"interval": Text(choices=("manual", "daily", "weekly", "monthly"))})}
                )
            }
        )
    }
)

TRANSFER_CREATE = Group(
    {
        "amount": Whole(required=True, minimum=1),
        "currency": _CURRENCY,
        "destination": Text(required=True),
        "transfer_group": Text(),
        "description": Text(),
        "metadata": Words(),
    }
)
TRANSFER_LIST = Group({"transfer_group": Text(), "destination": Text(), **_PAGE})
REVERSAL_CREATE = Group({"amount": Whole(minimum=1), "description": Text(), "metadata": Words()})

PAYOUT_CREATE = Group(
    {
        "amount": Whole(required=True, minimum=1),
        "currency": _CURRENCY,
        "description": Text(),
        "statement_descriptor": Text(),
        "metadata": Words(),
    }
)
PAYOUT_LIST = Group({"status": Text(), **_PAGE})
