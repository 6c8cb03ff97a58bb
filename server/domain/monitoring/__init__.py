"""What staff is told of the hall and of its machines, and how often."""
