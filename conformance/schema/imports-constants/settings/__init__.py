from . import limits
from .choices import *

FIRST = CHOICES[0]
describe_default = "Words" + "!"
