"""``python -m cog._modules._describe [--train] REFERENCE``: what a model takes and gives, asked of the class itself.

Writes one JSON document: the interface, or ``{"error": ...}``. What the model's own code prints on the way goes to stderr.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any, Dict, List


def describe(reference: str, train: bool) -> Dict[str, Any]:
    try:
        from ._inspect import interface_of
        from ._load import load_model

        model = load_model(reference, train)
        model.inputs.restore()
        return interface_of(model, train)
    except (Exception, SystemExit) as error:
        return {"error": f"{type(error).__name__}: {error}"}


def main(arguments: List[str]) -> None:
    answer = os.dup(1)
    os.dup2(2, 1)
    document = describe(arguments[-1], "--train" in arguments)
    os.write(answer, json.dumps(document).encode())
    # Threads that the import started must not keep us.
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
