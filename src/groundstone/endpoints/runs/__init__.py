"""Load runs that are started from the server, followed while they go, kept, and compared."""
