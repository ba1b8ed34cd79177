"""The demo project's data: real flights turned into a stream and its history."""
