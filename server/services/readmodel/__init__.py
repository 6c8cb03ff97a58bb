"""What is read: snapshots, events and tickets, as each audience may see them."""
