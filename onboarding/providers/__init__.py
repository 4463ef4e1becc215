"""A provider registers and keeps its profile."""
