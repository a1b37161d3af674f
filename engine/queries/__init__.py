"""Reading for pages: small rows made for one list each, a bounded number of statements, no case loaded."""
