"""The first page of a provider and of an organiser: what waits."""
