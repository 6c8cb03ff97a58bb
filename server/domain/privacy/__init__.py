"""What may be seen, spoken or recorded of a person, and by whom."""
