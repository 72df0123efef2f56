"""The HTTP side of the simulation: paths, formats, watches."""
