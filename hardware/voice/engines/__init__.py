"""Speech engines behind one port, and what they make of a text: phrases and phonemes. Nothing here plays."""
