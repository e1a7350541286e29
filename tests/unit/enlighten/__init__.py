"""Tests of the client of Enphase's cloud, its budget and its schedule."""
