"""Calls for staff: raised, repeated, acknowledged, closed."""
