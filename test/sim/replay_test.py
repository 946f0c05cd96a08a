#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A failed CHECK ends the simulation; what it prints last is the command that plays the same sale again."""
import fcntl
import os
import signal
import struct
import subprocess
import sys
import termios
import time
import unittest

SIM = sys.argv.pop()
PATIENCE_S = 60


def said_at_abort(*arguments):
    """What the simulation says of a SIGABRT in the middle of its sale: nobody reads its steps, so it stands still."""
    source, target = os.pipe()
    fcntl.fcntl(target, 1031, 4096)  # F_SETPIPE_SZ: fewer bytes than the steps of any sale
    with subprocess.Popen([SIM, *arguments], stdout=target, stderr=subprocess.PIPE, text=True) as run:
        os.close(target)
        deadline = time.monotonic() + PATIENCE_S
        while struct.unpack("i", fcntl.ioctl(source, termios.FIONREAD, bytes(4)))[0] == 0:
            if run.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"{arguments} printed no steps")
        run.send_signal(signal.SIGABRT)
        _, said = run.communicate(timeout=PATIENCE_S)
    os.close(source)
    return said


class Replay(unittest.TestCase):
    def test_the_command_plays_the_same_sale(self):
        for arguments, command in ((["--seed", "100"], "make sim SEED=100 shows"),
                                   (["--seed", "100", "--crash-at", "0"], "make sim SEED=100 CRASH_AT=0 shows"),
                                   (["--seed", "100", "--crash-at", "999"], "make sim SEED=100 CRASH_AT=999 shows"),
                                   (["--seed", "100", "--lying"], "make sim SEED=100 LYING=1 shows")):
            with self.subTest(arguments):
                self.assertIn(command, said_at_abort(*arguments))


if __name__ == "__main__":
    unittest.main()
