"""A whole catalogue from a file into a shop, and from a shop into a file."""
