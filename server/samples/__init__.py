"""Made-up halls and people that ship with the product, for the demo and the replay; nothing here is anybody's."""
