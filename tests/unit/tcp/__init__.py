"""Tests of what links over TCP share."""
