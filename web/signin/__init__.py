"""Getting in and staying in: passwords, sessions, tokens, second factors, one-time links.

`entering.enter` is the one door: whoever has proved who somebody is (a password, a provider, a
link) calls it. Pages are in `web.auth_pages` and `web.account`.
"""
