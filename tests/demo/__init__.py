"""The demo: simulated devices and a real Home Assistant that watches them."""
