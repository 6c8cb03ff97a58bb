"""What is read from files that people make: cells of spreadsheets, TOML within limits."""
