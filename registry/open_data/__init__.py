"""Open data: tally, months and register as files for everybody, where the city switches them on."""
