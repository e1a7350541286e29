"""Tests of the Solarman transport."""
