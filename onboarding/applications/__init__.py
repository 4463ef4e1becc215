"""A provider applies to organisers."""
