"""The operator's side of Zoco: the command line `zoco` and what it is made of."""
