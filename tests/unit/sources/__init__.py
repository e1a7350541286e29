"""The glue between clients, guards and Home Assistant, without a running Home Assistant."""
