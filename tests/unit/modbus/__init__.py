"""Tests of Modbus TCP and RTU over TCP."""
