"""HTTP only: authorise, parse, call one service, render. One blueprint per resource; no rules."""
