"""What Home Assistant's hassfest and HACS check on GitHub, as far as it can be checked offline."""
