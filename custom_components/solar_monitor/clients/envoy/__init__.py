"""The Enphase Envoy (IQ Gateway): its link, its endpoints and what they say."""
