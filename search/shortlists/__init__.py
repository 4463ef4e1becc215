"""Offers and searches that somebody keeps: on this device, in an account, or for a client."""
