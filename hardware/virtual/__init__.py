"""A printer made of software: the real byte protocol behind a real port, with fault switches and pictures."""
