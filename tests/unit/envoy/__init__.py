"""Tests of the clients of Enphase gateways."""
