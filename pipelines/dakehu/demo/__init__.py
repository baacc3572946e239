"""The demo company: the source files of an invented Chinese lubricant maker, K company.

``write`` makes the files that ``pipelines/demo.toml`` reads, byte for byte the same for the same
seed, and ``truth.json`` with the stories planted in them. Nothing in them is real.
"""

import json
from pathlib import Path

DEFAULT_SEED = 20260101


def write(directory: Path, *, scale: float = 1.0, seed: int = DEFAULT_SEED) -> Path:
    """Write the demo company's source files and the truth planted in them.

    Args:
        directory: where the files go; made when missing.
        scale: times the customers and orders, at least 160 groups; the exact stories hold at 1.
        seed: another seed gives another company with the same stories.

    Returns:
        The path of ``truth.json``.
    """
    from dakehu.demo import company, export, truth

    made = company.build(seed, scale)
    found = export.everything(made, Path(directory))
    path = Path(directory) / "truth.json"
    stories = truth.of(made, scale=scale, seed=seed) | truth.loading(found)
    path.write_text(json.dumps(stories, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path
