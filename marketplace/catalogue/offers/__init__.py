"""Offers in versions: written, previewed, published, shown."""
