"""Who a patient is: identified, made, imported, chosen."""
