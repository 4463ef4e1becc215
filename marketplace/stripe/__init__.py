"""Stripe Connect: the gateway to it, a local double of it, and the inbox of what it tells us."""
