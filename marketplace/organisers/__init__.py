"""Organisers (tenants): who they are, where they serve, and their rules as versioned data.

``reference`` holds what is the same for all: municipalities, counties, postal codes and service classes.
"""
