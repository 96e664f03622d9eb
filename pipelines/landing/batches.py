"""Batches on disk: the landing copy and, beside it, the originals of what may not land.

A batch is one read of one feed. Its files are written under a temporary name and renamed when whole, so that a file with a
batch's name is always complete. A batch without a line in the ledger was not loaded; reading its source again gives the same file.
"""

import hashlib
import os
from collections.abc import Generator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.settings import Settings

BLOCK_BYTES = 8 << 20


def batch_id(feed: str, content_sha256: str) -> str:
    """The identity of what was read: the feed and the content, nothing else; 32 hex digits."""
    return hashlib.sha256(f"{feed}\0{content_sha256}".encode()).hexdigest()[:32]


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def to_disk(path: Path) -> None:
    """Waits until a file, or a folder's list of names, is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def landing_path(settings: Settings, feed: str, batch: str) -> Path:
    return settings.landing / feed / f"{batch}.parquet"


def vault_path(settings: Settings, feed: str, batch: str) -> Path:
    return settings.vault / feed / f"{batch}.parquet"


@dataclass
class BatchWriter:
    """Writes the chunks of one batch, and knows their content's hash once all are written.

    The landing copy holds every row that was read, cells as strings; the vault file the personal columns, free text as written, and
    columns that the profile does not name. Vault folders are for their owner only.
    """

    settings: Settings
    feed: str
    #: Whether the content's hash is asked for. What comes from a file has the file's.
    is_hashed: bool = True
    rows: int = 0
    _digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    _writers: dict[str, pq.ParquetWriter] = field(default_factory=dict)
    _paths: dict[str, Path] = field(default_factory=dict)

    def write(self, whole: pl.DataFrame, landed: pl.DataFrame, vaulted: pl.DataFrame) -> None:
        """Adds one chunk. `whole` is the chunk as the reader gave it; only its hash is kept."""
        if self.is_hashed:
            self._digest.update(whole.write_csv(include_header=self.rows == 0).encode())
        self._write("landing", self.settings.landing / self.feed, landed)
        self._write("vault", self.settings.vault / self.feed, vaulted)
        self.rows += whole.height

    def _write(self, kind: str, folder: Path, frame: pl.DataFrame) -> None:
        table = frame.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(_plain(frame))
        if kind not in self._writers:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700 if kind == "vault" else 0o755)
            if kind == "vault":
                self.settings.vault.chmod(0o700)
            self._paths[kind] = folder / f".writing-{os.getpid()}.parquet"
            # A batch is read whole and by nothing but its place: statistics of its strings help nobody and cost a tenth of the writing.
            self._writers[kind] = pq.ParquetWriter(
                self._paths[kind],
                table.schema,
                compression="zstd",
                write_statistics=False,
                use_dictionary=_repeating(frame),
            )
            if kind == "vault":
                self._paths[kind].chmod(0o600)
        self._writers[kind].write_table(table)

    @property
    def content_sha256(self) -> str:
        """SHA-256 over the rows as read, for sources that are no files."""
        return self._digest.hexdigest()

    def commit(self, batch: str) -> None:
        """Gives the files the batch's name. They are on the disk before the ledger speaks of them, also where the power fails."""
        for kind, writer in self._writers.items():
            writer.close()
            target = (landing_path if kind == "landing" else vault_path)(self.settings, self.feed, batch)
            to_disk(self._paths[kind])
            self._paths[kind] = self._paths[kind].replace(target)
            to_disk(target.parent)
        self._writers.clear()

    def discard(self) -> None:
        """Removes what was written, also where it has its name; used when the read or the load failed, or brought nothing new."""
        for writer in self._writers.values():
            # On a full disk it cannot even write its end; what it wrote goes all the same, and makes room.
            with suppress(OSError):
                writer.close()
        for path in self._paths.values():
            path.unlink(missing_ok=True)
        self._writers.clear()


def _plain(frame: pl.DataFrame) -> pa.Schema:
    """The same Parquet types for every chunk; a chunk of nulls must not change the file's schema."""
    return pa.schema(
        [(name, pa.int64() if dtype == pl.Int64 else pa.large_string()) for name, dtype in frame.schema.items()]
    )


def _repeating(frame: pl.DataFrame) -> list[str]:
    """The columns in which values come again, by their first rows: codes and states, but no times, texts and hashes."""
    head = frame.head(1000)
    return [name for name in head.columns if head[name].n_unique() <= head.height // 2]


def landed_parts(path: Path) -> Generator[pl.DataFrame]:
    """A landed batch in the parts in which it was written, so that it need not fit into memory."""
    with pq.ParquetFile(path) as file:
        heights = [file.metadata.row_group(at).num_rows for at in range(file.num_row_groups)]
    done = 0
    for height in heights:
        # polars reads strings as it holds them; through Arrow they would be copied once more.
        yield pl.scan_parquet(path).slice(done, height).collect()
        done += height


def landed_header(frame: pl.DataFrame) -> list[str]:
    """The source's column names behind a landed frame."""
    names: dict[str, None] = {}
    for column in frame.columns:
        if not column.startswith("_"):
            names[column.removesuffix("__hash").removesuffix("__mask")] = None
    return list(names)
