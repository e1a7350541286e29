"""Deye and Sunsynk inverters: register tables, block planner, detection and typed readings."""
