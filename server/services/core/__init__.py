"""What every use case leans on: the write path, clock, principals, requests. Imports no other package of these."""
