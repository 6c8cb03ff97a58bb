"""Who waits where, who is next and why, and how long it takes: the rules of queues."""
