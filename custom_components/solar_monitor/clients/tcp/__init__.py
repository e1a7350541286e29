"""What every link over TCP shares: connection, turns, pool."""
