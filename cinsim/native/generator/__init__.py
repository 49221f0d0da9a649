"""The generator: the part of the model that runs, from its typed Python source into C++."""
