"""Enphase's cloud: the Monitoring API v4, what it costs, and when to ask it for what."""
