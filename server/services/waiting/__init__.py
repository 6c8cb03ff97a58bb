"""What a waiting patient and the desk are told: why not yet, who is next."""
