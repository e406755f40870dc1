from typing import Any, Dict, List, Optional

from cog import File, Input, Path, Secret


class Model:
    def run(
        self,
        hint: Optional[str],
        show: str = "text",
        text: str = "d",
        whole: int = 0,
        real: float = 0.5,
        flag: bool = False,
        maybe: Optional[int] = 7,
        table: dict = {},
        anything: Any = None,
        texts: List[str] = ["d"],
        reals: List[float] = [],
        path: Optional[Path] = None,
        paths: List[Path] = [],
        file: Optional[File] = None,
        files: List[File] = [],
        secret: Optional[Secret] = None,
        secrets: List[Secret] = [],
        tone: str = Input(default="plain", choices=["plain", "funny"]),
        short: str = Input(default="abc", min_length=2, max_length=3, regex="^[a-z]*$"),
        bound: int = Input(default=1, ge=1, le=10),
    ) -> Any:
        return described(locals()[show])


def described(value: Any) -> List[Any]:
    kind = type(value).__name__
    if isinstance(value, list):
        return [kind, [described(item) for item in value]]
    if isinstance(value, Path):
        return [kind, value.read_text()]
    if isinstance(value, Secret):
        return [kind, str(value), value.get_secret_value()]
    if hasattr(value, "read"):
        return [kind, value.read().decode()]
    return [kind, str(value) if isinstance(value, int) and value > 2**63 else value]
