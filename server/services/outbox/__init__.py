"""What is told to systems outside the hall: who is told, what comes next, what could not be delivered."""
