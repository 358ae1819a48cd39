"""The socket commands of homework: following an assignment, and appeals."""

from tutor.core.sockets import EventTable

events = EventTable()
