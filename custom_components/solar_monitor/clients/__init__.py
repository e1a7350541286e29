"""How to talk to things: protocol clients that know nothing of Home Assistant."""
