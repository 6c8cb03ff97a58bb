"""Pure rules of the hall: no clock, no input or output, no framework."""
