"""The reader's side of search: what was asked, what it costs me, why a result is here or not, and searches kept."""
