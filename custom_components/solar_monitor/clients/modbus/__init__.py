"""Modbus TCP and RTU over TCP: Ethernet loggers and RS485 adapters."""

from .link import ModbusLink

__all__ = ["ModbusLink"]
