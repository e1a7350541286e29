"""Stands in for pyspeex-noise, which has no wheel for Python 3.14. Home Assistant imports it, and uses it only for voice."""

AudioProcessor = None
