"""The register of a city's smart-manufacturing programme: applied for, checked, counted, proved."""
