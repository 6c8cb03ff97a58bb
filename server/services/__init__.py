"""Use cases, one package per capability: fetch, ask the domain, write, record. The one write path is in core."""
