"""Tests of clients/deye: tables, decoding, planning, identity and polling."""
