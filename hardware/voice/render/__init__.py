"""Rendering a sentence: which engine is tried next, and what is rendered before it is called. Nothing here plays."""
