from enum import Enum


class Mode(Enum):
    X = "x"
