"""Files of batches that nobody needs are removed."""

from __future__ import annotations

from pathlib import Path

from minutebook.batches.parcels import Parcels


def test_what_nobody_wants_is_removed(tmp_path: Path) -> None:
    """Old files, and results however young: their batch is over. A young parcel may be one whose
    batch is just being written down."""
    parcels = Parcels(tmp_path)
    for batch in ("bt_1", "bt_2"):
        parcels.seal(batch, [b"{}"])
        parcels.arriving(batch)
        parcels.accept(batch)
    assert parcels.sweep(["bt_1"], older_than=0) == 1
    assert not parcels.results("bt_2").exists()
    assert parcels.sweep(["bt_1"], older_than=2**40) == 1
    assert {path.name.partition(".")[0] for path in tmp_path.iterdir()} == {"bt_1"}
