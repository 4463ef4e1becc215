"""The provider marketplace for personal budgets and service vouchers."""

import os

# Piccolo finds its engine by this variable alone; every entry point passes through this package.
os.environ.setdefault("PICCOLO_CONF", "marketplace.piccolo_conf")
