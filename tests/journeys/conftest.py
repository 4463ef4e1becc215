"""Journeys in a browser use the browser of the browser tests."""

from tests.browser.conftest import browser, browser_options, context, page, site, visitor

__all__ = ["browser", "browser_options", "context", "page", "site", "visitor"]
