"""Catalogue: an approved provider publishes offers with prices; what is public is a version that never changes."""
