"""Servers that tests of signing in start: an LDAP directory, a CAS server, OIDC providers."""
