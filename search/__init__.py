"""Published offers are indexed; clients search and compare.

``documents`` makes an offer into what is searched, ``engine`` is the port that PostgreSQL and Meilisearch fill,
``engines`` chooses between them, ``indexer`` keeps them equal to the database, ``queries`` asks and ``comparisons``
lays offers side by side.
"""
