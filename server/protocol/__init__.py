"""The published language between the server and its clients; a leaf that imports nothing else of ours."""
