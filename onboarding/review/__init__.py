"""An organiser examines applications and decides."""
