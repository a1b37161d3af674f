"""Reading for pages: small rows made for one list each, in a bounded number of statements."""
