"""Tests of what thinks about a whole site."""
