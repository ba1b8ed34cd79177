"""How a run is shown: on a terminal, as plain lines, as JSON lines. The only room that writes to a stream."""
