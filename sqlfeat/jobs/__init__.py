"""Jobs that go on: what is known of each one, where its state lies, and whether that state still fits."""
