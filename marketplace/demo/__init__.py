"""Demonstrations: data to look at after ``make run``, and the main job walked end to end by ``make demo``."""
