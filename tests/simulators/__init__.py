"""Simulated devices behind one simulated house; they import nothing of custom_components."""
