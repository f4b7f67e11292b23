"""One file a revision, oldest first; `tables.REVISIONS` lists them."""
