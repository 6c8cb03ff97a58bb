"""What stands on a paper and where: documents in, 1-bit pages out. Nothing here knows a printer's commands."""
