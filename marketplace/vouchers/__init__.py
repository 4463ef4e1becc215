"""Vouchers: granted to a client, opened by a provider with an agreement, redeemed visit by visit, settled by payouts."""
