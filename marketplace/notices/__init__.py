"""Notices to people: what happened and what to do next, in the service and by e-mail, in the receiver's language."""
