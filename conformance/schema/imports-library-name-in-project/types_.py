from cog import BaseModel

import json
import re


class Out(BaseModel):
    n: int
    raw: "str" = "x"
