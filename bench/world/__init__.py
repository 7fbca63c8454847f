"""An invented world: 300 cases in five languages, wholly made up, for the story, the benches and the tests."""

from bench.world.cases import InventedCase, InventedPerson, invent

__all__ = ["InventedCase", "InventedPerson", "invent"]
