"""Double entry: every cent that an organiser sets aside, and where it is now.

One journal per organiser. ``chart`` names the accounts, ``posting`` is the only writer, ``queries`` and ``export``
read, ``proof`` shows that nothing was changed afterwards.
"""
