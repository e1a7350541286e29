"""Tests of the source that asks Enphase's cloud."""
