"""What rules need to know of queues, read once: line-ups, booked slots, estimates. Reads only."""
