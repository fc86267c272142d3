"""The arrays of a Flax msgpack checkpoint."""
