from typing import Annotated, Dict, List, Optional
from cog import Opaque

def a() -> List[Optional[str]]:
    return []


def b() -> Annotated[Optional[dict], Opaque]:
    return {}
