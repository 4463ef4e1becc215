"""What onboarding tells of, to be done after the commit. Payloads carry ids only."""

from uuid import UUID

import msgspec

from marketplace.kernel.jobs import Topic


class ApprovalChanged(msgspec.Struct, frozen=True):
    """An approval was granted, suspended, resumed or ended: what its provider may publish has changed."""

    provider_id: UUID
    organiser_id: UUID


class OfProvider(msgspec.Struct, frozen=True):
    provider_id: UUID


class OfApproval(msgspec.Struct, frozen=True):
    approval_id: UUID


class OfDecision(msgspec.Struct, frozen=True):
    decision_id: UUID


APPROVAL_CHANGED = Topic("approval.changed", ApprovalChanged)
"""Handled above, by the catalogue, which looks at the provider's published offers again."""

FACTS_WANTED = Topic("provider.facts_wanted", OfProvider)
"""The business register gave no answer when the provider registered: ask again. Handled here."""

STRIPE_ACCOUNT_WANTED = Topic("payout_account.create", OfProvider)
"""Make the provider's account at Stripe. Handled here."""

PAYOUT_ACCOUNT_CHANGED = Topic("payout_account.changed", OfProvider)
"""Where a provider's money goes has changed. Handled above, by payouts: what waited for an account goes out."""

DECISION_MADE = Topic("decision.made", OfDecision)
"""A decision was written: make its document. Handled by review."""

APPROVAL_STOPPED = Topic("approval.stopped", OfApproval)
"""An approval was suspended, or has ended. Handled above, by vouchers: the case managers of its clients are told."""

LOOK_AGAIN = Topic("compliance.look_again", OfProvider)
"""A provider's profile, facts or approvals have changed: what its approvals rest on is looked at at once. Handled by compliance."""

FACTS_RECHECK = Topic("compliance.facts_recheck", OfProvider)
"""The daily question to the business register about one approved provider. Handled by compliance."""
