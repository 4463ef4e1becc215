"""Offers in the shapes of other systems."""
