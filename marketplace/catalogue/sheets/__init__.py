"""Prices and offers in bulk: read from sheets, written to them."""
