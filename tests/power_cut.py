#!/usr/bin/env python3
"""Cuts the power under a writer, again and again, and opens what is left.

A ledger lies in an ext4 image on a loop device. A child appends to it and writes a line for each
promise it is given (an append acknowledged, a root seen) to a file outside the image. At a random
moment the child is stopped (SIGSTOP), the file system is shut down without flushing anything, so that
nothing moves any more, and the image is copied as it is: what only the page cache knew is gone. The
copy is mounted, its journal replayed by the kernel as after a power cut, and the ledger in it is
opened and held against every promise. The next round goes on from the copy, until the image is
half full; then a new ledger is begun.

    power_cut.py [--rounds N] [--seed N] [--examples DIR] [--control sled-flush] [--keep DIR]

Needs root, mkfs.ext4 and loop devices. Exit code 0: every promise was kept (or, for the control: the
rounds were run and counted); 1: a promise was broken; 2: wrong usage; 77: it did not run, and why.

What it cannot show: what a drive does that says a write is done before it is.
"""

import argparse
import fcntl
import os
import random
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DID_NOT_RUN = 77
IMAGE_BYTES = 768 * 1024 * 1024
FS_IOC_SHUTDOWN = 0x8004587D
WITHOUT_FLUSHING = 2


class DidNotRun(Exception):
    pass


def run(*words, **options):
    return subprocess.run(words, check=True, capture_output=True, text=True, **options).stdout


class Mount:
    """A mounted image; unmounted whatever happens."""

    def __init__(self, image, place):
        self.image, self.place = image, place

    def __enter__(self):
        self.place.mkdir(exist_ok=True)
        found = subprocess.run(["mount", "-o", "loop", self.image, self.place],
                               capture_output=True, text=True)
        if found.returncode != 0:
            raise DidNotRun(f"mounting is not allowed here: {found.stderr.strip()}")
        return self.place

    def __exit__(self, *_):
        for _ in range(50):
            if subprocess.run(["umount", self.place], capture_output=True).returncode == 0:
                return
            time.sleep(0.1)
        subprocess.run(["umount", "--lazy", self.place], check=False)


def make_image(path):
    with open(path, "wb") as image:
        image.truncate(IMAGE_BYTES)
    run("mkfs.ext4", "-q", "-F", path)


def shut_down(place):
    """Stops the file system where it is: nothing more reaches the device."""
    directory = os.open(place, os.O_RDONLY)
    try:
        fcntl.ioctl(directory, FS_IOC_SHUTDOWN, struct.pack("I", WITHOUT_FLUSHING))
    finally:
        os.close(directory)


def wait_until_stopped(process):
    """Every thread of it stands still."""
    while True:
        states = []
        for task in Path(f"/proc/{process.pid}/task").iterdir():
            states.append((task / "stat").read_text().rsplit(")", 1)[1].split()[0])
        # D: in the middle of a sync, which the shutdown ends.
        if all(state in "TD" for state in states):
            return
        time.sleep(0.001)


def cut_once(writer, image, work, promises, seconds):
    """Writes for a while, cuts, and leaves the image as the cut left it in `work`/after.img."""
    with Mount(image, work / "before") as place:
        with open(promises, "ab") as lines:
            program, *options = writer
            child = subprocess.Popen([program, "write", place / "ledger", *options], stdout=lines)
        try:
            size = promises.stat().st_size
            started = time.monotonic()
            # The moment counts from the first promise of the round, or there would be nothing to lose.
            while promises.stat().st_size == size and time.monotonic() < started + 60:
                if child.poll() is not None:
                    return f"the writer ended by itself, code {child.returncode}"
                time.sleep(0.001)
            time.sleep(seconds)
            if child.poll() is not None:
                return f"the writer ended by itself, code {child.returncode}"
            child.send_signal(signal.SIGSTOP)
            wait_until_stopped(child)
            shut_down(place)
            shutil.copy(promises, work / "promises-at-the-cut")
            subprocess.run(["cp", "--sparse=always", image, work / "after.img"], check=True)
        finally:
            child.kill()
            child.wait()
    # What the killed child still said after the cut was never promised.
    shutil.move(work / "promises-at-the-cut", promises)
    return None


def used_share(place):
    found = os.statvfs(place)
    return 1 - found.f_bavail / found.f_blocks


def power_cuts(options, examples, work):
    chance = random.Random(options.seed)
    control = options.control is not None
    program = examples / ("plain_sled" if control else "soak")
    image, promises = work / "ledger.img", work / "promises"
    broken, fresh = [], True
    for number in range(1, options.rounds + 1):
        if fresh:
            make_image(image)
            promises.write_bytes(b"")
        seconds = chance.choice([0.02, 0.2, 0.5, 1.0, 2.0]) * chance.uniform(0.5, 1.5)
        clients = chance.choice([1, 4, 16, 64])
        writer = [program, "--seed", str(options.seed * 1000 + number), "--clients", str(clients)]
        ended = cut_once(writer, image, work, promises, seconds)
        if ended is not None:
            print(f"round {number}: {ended}", flush=True)
            broken.append(number)
            fresh = True
            continue
        shutil.move(work / "after.img", image)
        if options.keep:
            shutil.copy(image, options.keep / "cut.img")
            shutil.copy(promises, options.keep / "promises")
        with Mount(image, work / "after") as place:
            found = subprocess.run([program, "check", place / "ledger", promises],
                                   capture_output=True, text=True)
            used = used_share(place)
        said = (found.stdout + found.stderr).strip().splitlines() or [f"code {found.returncode}"]
        state = "kept  " if found.returncode == 0 else "BROKEN"
        print(f"round {number}: {state} after {seconds:.2f} s, {clients} clients: {said[-1]}",
              flush=True)
        if found.returncode != 0:
            broken.append(number)
            if options.keep and not control:
                shutil.copy(options.keep / "cut.img", options.keep / f"broken-{number}.img")
                shutil.copy(promises, options.keep / f"broken-{number}.promises")
        fresh = control or found.returncode != 0 or used > 0.5
    kept = options.rounds - len(broken)
    what = "plain sled with flush() (the control)" if control else "the ledger"
    print(f"{what}: {kept} of {options.rounds} rounds kept every promise, seed {options.seed}")
    return 1 if broken and not control else 0


def built_examples(options):
    if options.examples:
        return options.examples.resolve()
    package = "event-log-sled" if options.control else "redress-tests"
    example = "plain_sled" if options.control else "soak"
    subprocess.run(["cargo", "build", "--quiet", "--release", "--locked", "-p", package,
                    "--example", example], check=True, cwd=ROOT)
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    return target / "release" / "examples"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--examples", type=Path, help="where the built examples lie")
    parser.add_argument("--control", choices=["sled-flush"])
    parser.add_argument("--keep", type=Path, help="keep the images of broken rounds here")
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    try:
        if os.geteuid() != 0:
            raise DidNotRun("only root may mount")
        if shutil.which("mkfs.ext4") is None:
            raise DidNotRun("there is no mkfs.ext4")
        if options.keep:
            options.keep.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="power-cut-") as name:
            work = Path(name)
            make_image(work / "trial.img")
            with Mount(work / "trial.img", work / "trial") as place:
                try:
                    shut_down(place)
                except OSError as error:
                    raise DidNotRun(f"the file system cannot be shut down: {error}") from error
            (work / "trial.img").unlink()
            return power_cuts(options, built_examples(options), work)
    except DidNotRun as reason:
        print(f"not run: power cuts: {reason}", file=sys.stderr)
        return DID_NOT_RUN


if __name__ == "__main__":
    sys.exit(main())
