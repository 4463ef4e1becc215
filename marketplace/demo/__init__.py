"""Demonstration data, and the main job walked end to end."""
