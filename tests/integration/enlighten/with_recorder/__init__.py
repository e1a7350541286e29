"""Tests with a recorder, which has to be there before Home Assistant."""
