"""Systems outside the hall, one package for each: they speak here, services answer."""
