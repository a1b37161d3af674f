"""The outside: pages, REST interface and command line. `web.app` puts the parts together."""
