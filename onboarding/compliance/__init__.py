"""Approvals are kept true."""
