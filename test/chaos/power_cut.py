# SPDX-License-Identifier: Apache-2.0
"""The other end of faulty_disk.cc: its switches and counters, and what a power cut leaves of a folder."""
import mmap
import os
import pathlib
import shutil
import struct

PAGE, SECTOR = 4096, 512
WORDS = ("write_error", "read_only", "sync_error", "store_error", "sync_failures", "short_writes", "sync_ms", "stalls",
         "dies_in", "writes", "writes_failed", "syncs", "syncs_failed", "stalled", "last_id")  # as in faulty_disk.cc
SWITCHES = WORDS[:WORDS.index("writes")]


class FaultyDisk:
    """The disk under one data folder. Its switches are attributes: disk.sync_error = errno.EIO."""

    def __init__(self, library, data):
        data = pathlib.Path(data)
        beside = data.parent / f"{data.name}.disk"
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir()
        self.__dict__.update(data=data, journal=beside / "journal", library=str(library))
        self.journal.mkdir()
        control = beside / "control"
        control.write_bytes(bytes(PAGE))
        with open(control, "r+b") as file:
            self.__dict__["words"] = mmap.mmap(file.fileno(), PAGE)
        self.__dict__["environment"] = {"LD_PRELOAD": str(library), "FAULTY_DISK_DIR": str(data.resolve()),
                                        "FAULTY_DISK_CONTROL": str(control), "FAULTY_DISK_JOURNAL": str(self.journal)}

    def __getattr__(self, name):
        return struct.unpack_from("=Q", self.words, 8 * WORDS.index(name))[0]

    def __setattr__(self, name, value):
        struct.pack_into("=Q", self.words, 8 * WORDS.index(name), value)

    def mend(self):
        for name in SWITCHES:
            setattr(self, name, 0)

    def names(self, which):
        try:
            lines = (self.journal / which).read_text().splitlines()
        except FileNotFoundError:
            return {}
        return {name: int(number) for number, name in (line.split(" ", 1) for line in lines)}

    def cut(self, dice=None):
        """Cuts the power; no process may use the folder. What was not synced is gone or, with dice, any part of it.

        A name that was made or removed since the last sync of the folder is there or not, a size is the old or the new
        one, and of each file nothing, some, or all of the sectors that differ have reached the disk.
        """
        now, kept = self.names("now"), self.names("kept")
        now = {name: number for name, number in now.items() if (self.data / name).exists()}
        after = dict(kept)
        for name in sorted(set(now) | set(kept)):
            if dice and now.get(name) != kept.get(name) and dice.random() < 0.5:
                after[name] = now.get(name)
        left = {}
        for name, number in after.items():
            if number is None:
                continue
            synced = self.part(number)
            live = (self.data / name).read_bytes() if now.get(name) == number else synced
            left[name] = torn(synced, live, dice) if dice else synced
        modes = {path.name: path.stat().st_mode & 0o777 for path in self.data.iterdir()}
        for path in self.data.iterdir():
            path.unlink()
        for name, content in left.items():
            descriptor = os.open(self.data / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, modes.get(name, 0o600))
            with open(descriptor, "wb") as file:
                file.write(content)
        shutil.rmtree(self.journal)
        self.journal.mkdir()
        self.last_id = 0

    def part(self, number):
        try:
            return (self.journal / f"{number}.kept").read_bytes()
        except FileNotFoundError:
            return b""  # never written to


def torn(synced, live, dice):
    """What may be on the disk of a file that was `synced` and is now `live`."""
    size = len(dice.choice((synced, live)))
    share = dice.choice((0.0, 0.1, 0.5, 0.9, 1.0))  # of the sectors that have reached the disk
    out = bytearray(synced[:size].ljust(size, b"\0"))
    for page in range(0, min(size, len(live)), PAGE):
        if live[page:page + PAGE] == out[page:page + PAGE]:
            continue
        for at in range(page, min(page + PAGE, size, len(live)), SECTOR):
            if dice.random() < share:
                piece = live[at:min(at + SECTOR, size)]
                out[at:at + len(piece)] = piece
    return bytes(out)
