"""How to think: guards and small state machines, pure, without Home Assistant and without a clock.

Time is always passed in. Nothing here raises for whatever a device may say.
"""
