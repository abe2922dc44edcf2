"""Which faults mean that a server is out of reach just now, rather than that something is wrong.

Constants only, for the window too: nothing is imported.
"""

OFFLINE = frozenset({"host_not_found", "unreachable", "timeout", "connection_lost"})
"""Faults that mean "no network just now"."""
PORTAL = frozenset({"certificate_invalid", "tls_failed", "not_a_mail_server"})
"""Faults that mean "something else answers": the sign-in page of a hotel, until it lasts a day."""
