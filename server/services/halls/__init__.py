"""The hall file: its shape, its faults by line, editing it whole or in parts."""
