"""The one place with personal data: who a woman is, how she may be reached safely, who may see what of her, who did.

It also owns accounts, signing in, roles and sessions, the access log, export and erasure.
"""
