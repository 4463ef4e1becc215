"""Every topic that some module declares has exactly one handler in the worker, and every handler is async."""

import importlib
import inspect
import pkgutil

import marketplace
import onboarding
import search
from marketplace.kernel.jobs import topics
from marketplace.worker import HANDLERS


def import_everything() -> None:
    for package in (marketplace, onboarding, search):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.endswith("__main__"):
                importlib.import_module(found.name)


def test_every_topic_has_a_handler() -> None:
    import_everything()
    ours = {name for name, topic in topics().items() if not topic.payload.__module__.startswith("tests.")}
    assert ours == {topic.name for topic in HANDLERS}


def test_handlers_are_async() -> None:
    assert [t.name for t, handler in HANDLERS.items() if not inspect.iscoroutinefunction(handler)] == []
