"""Where Piccolo's own tools find the engine and the app (``PICCOLO_CONF=marketplace.piccolo_conf``)."""

from piccolo.conf.apps import AppRegistry

from marketplace.kernel.db import ENGINE

DB = ENGINE
APP_REGISTRY = AppRegistry(apps=["marketplace.piccolo_app"])
