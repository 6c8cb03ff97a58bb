"""Print jobs: who may print what until when, and what became of it."""
