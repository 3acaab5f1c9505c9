#!/usr/bin/env python3
"""Cuts the power under a writer, again and again, and opens what is left.

A ledger lies in an ext4 image on a loop device. A child appends to it and writes a line for each
promise it is given (an append acknowledged, a root seen) to a file outside the image. At a random
moment the child is stopped (SIGSTOP), the file system is shut down without flushing anything, so that
nothing moves any more, and the image is copied as it is: what only the page cache knew is gone. The
copy is mounted, its journal replayed by the kernel as after a power cut, and the ledger in it is
opened and held against every promise. The next round goes on from the copy, until the image is
half full; then a new ledger is begun.

    power_cut.py [--rounds N] [--seed N] [--examples DIR] [--keep DIR]
    power_cut.py --binary [REDRESS] [--rounds N] [--seed N] [--keep DIR]
    power_cut.py --control sled-flush [--rounds N] [--seed N] [--examples DIR]

With --binary the writer is the program itself: one `redress complaint register` after another, each with
a narrative, and each exit code 0 a promise. In every other round the command under way is not stopped
before the cut but meets the failing disk: it must then end with exit code 1, an explanation, and no answer
for what the image does not hold.

The control is plain sled with its own flush(), which breaks its promises: so it is seen that the cuts
are cuts.

Needs root, mkfs.ext4 and loop devices. Exit codes:

    0   every promise was kept; with --control: at least one was broken, as it should be
    1   a promise was broken; with --control: none was, so these cuts show nothing
    2   wrong usage
    77  it did not run, and why

What it cannot show: what a drive does that says a write is done before it is.
"""

import argparse
import fcntl
import json
import os
import random
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
import uuid
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
        try:
            for task in Path(f"/proc/{process.pid}/task").iterdir():
                states.append((task / "stat").read_text().rsplit(")", 1)[1].split()[0])
        except (FileNotFoundError, ProcessLookupError):
            # It, or one of its threads, ended just before: nothing of that runs on.
            if process.poll() is not None:
                return
            continue
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


NARRATIVE = "They charged me twice for one month, and nobody will say why. " * 3


class Registering(threading.Thread):
    """Registers complaints with the binary, one after the other, until it is told to stop or a command
    fails; notes what was promised."""

    def __init__(self, redress, ledger):
        super().__init__()
        self.redress, self.ledger = redress, ledger
        self.promised = {}
        self.child, self.over, self.last = None, False, None
        self.lock = threading.Lock()

    def command(self, command_id):
        return [self.redress, "complaint", "register", "--data", self.ledger, "--as", "ana",
                "--role", "agent", "--body", "-", "--json", "--command-id", command_id]

    def run(self):
        body = json.dumps({"channel": "web", "source": {"kind": "direct"},
                           "personal": {"narrative": NARRATIVE}})
        while True:
            command_id = str(uuid.uuid4())
            with self.lock:
                if self.over:
                    return
                self.child = subprocess.Popen(self.command(command_id), stdin=subprocess.PIPE,
                                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                              text=True)
            said, why = self.child.communicate(body)
            if self.child.returncode != 0:
                self.last = (self.child.returncode, why)
                return
            answer = json.loads(said)
            self.promised[answer["complaint"]] = answer["position"]

    def stop(self):
        """Stops the command under way where it is. Nothing of it may run on."""
        with self.lock:
            self.over = True
            if self.child.poll() is None:
                self.child.send_signal(signal.SIGSTOP)
                wait_until_stopped(self.child)

    def kill(self):
        with self.lock:
            self.over = True
            if self.child is not None and self.child.poll() is None:
                self.child.kill()
        self.join()


def cut_binary_once(redress, image, work, seconds, stops):
    """Registers for a while and cuts. Gives what was promised, and what was wrong with the last command."""
    with Mount(image, work / "before") as place:
        registering = Registering(redress, place / "ledger")
        registering.start()
        try:
            started = time.monotonic()
            while not registering.promised and registering.is_alive() \
                    and time.monotonic() < started + 60:
                time.sleep(0.001)
            time.sleep(seconds)
            if not registering.is_alive():
                return registering.promised, f"a command ended by itself: {registering.last}"
            if stops:
                registering.stop()
            shut_down(place)
            if not stops:
                # Whatever runs or begins now meets a disk that fails.
                registering.join(60)
                if registering.is_alive():
                    return registering.promised, "a command did not end on a disk that fails"
            subprocess.run(["cp", "--sparse=always", image, work / "after.img"], check=True)
        finally:
            registering.kill()
        if not stops:
            code, why = registering.last
            if code != 1 or "error: " not in why or "panicked" in why:
                return registering.promised, f"on a disk that fails: code {code}, {why.strip()!r}"
    return registering.promised, None


def check_binary(redress, ledger, promised):
    """Holds the ledger that a cut has left against every promise; the first that was broken, or none."""
    verified = subprocess.run([redress, "verify", "--data", ledger, "--vault"], capture_output=True,
                              text=True)
    if verified.returncode != 0:
        return f"verify: code {verified.returncode}, {verified.stdout} {verified.stderr}"
    records = subprocess.run([redress, "replay", "--data", ledger], capture_output=True, text=True)
    found = [json.loads(line)["stream"] for line in records.stdout.splitlines()]
    for complaint, position in promised.items():
        if position >= len(found) or found[position] != complaint:
            return f"{complaint} was promised at {position} of {len(found)} records"
    return None


def power_cuts_of_binary(options, redress, work):
    chance = random.Random(options.seed)
    image = work / "ledger.img"
    broken, fresh, promised = [], True, {}
    for number in range(1, options.rounds + 1):
        if fresh:
            make_image(image)
            with Mount(image, work / "new") as place:
                run(redress, "init", "--data", place / "ledger", "--origin", "cut.example/binary")
            promised, fresh = {}, False
        seconds = chance.choice([0.02, 0.2, 0.5, 1.0]) * chance.uniform(0.5, 1.5)
        stops = number % 2 == 1
        added, wrong = cut_binary_once(redress, image, work, seconds, stops)
        promised.update(added)
        if wrong is None:
            shutil.move(work / "after.img", image)
            if options.keep:
                shutil.copy(image, options.keep / "cut.img")
            with Mount(image, work / "after") as place:
                wrong = check_binary(redress, place / "ledger", promised)
        how = "stopped, then cut" if stops else "cut under a running command"
        state = "kept  " if wrong is None else "BROKEN"
        print(f"round {number}: {state} {how} after {seconds:.2f} s, {len(added)} registered, "
              f"{len(promised)} promised in all{'' if wrong is None else ': ' + wrong}", flush=True)
        if wrong is not None:
            broken.append(number)
            fresh = True
    kept = options.rounds - len(broken)
    print(f"the binary: {kept} of {options.rounds} rounds kept every promise, seed {options.seed}")
    return 1 if broken else 0


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
    if control:
        return 0 if broken else 1
    return 1 if broken else 0


def built_examples(options):
    if options.examples:
        return options.examples.resolve()
    package = "event-log-sled" if options.control else "redress-tests"
    example = "plain_sled" if options.control else "soak"
    subprocess.run(["cargo", "build", "--quiet", "--release", "--locked", "-p", package,
                    "--example", example], check=True, cwd=ROOT)
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    return target / "release" / "examples"


def built_binary(options):
    if options.binary != "build":
        return Path(options.binary).resolve()
    subprocess.run(["cargo", "build", "--quiet", "--release", "--locked", "-p", "redress"],
                   check=True, cwd=ROOT)
    return Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release" / "redress"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--examples", type=Path, help="where the built examples lie")
    parser.add_argument("--control", choices=["sled-flush"])
    parser.add_argument("--binary", nargs="?", const="build", metavar="REDRESS",
                        help="cut under the program itself; it is built when none is named")
    parser.add_argument("--keep", type=Path, help="keep the images of broken rounds here")
    options = parser.parse_args()
    if options.binary and (options.control or options.examples):
        parser.error("--binary goes neither with --control nor with --examples")
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
            if options.binary:
                return power_cuts_of_binary(options, built_binary(options), work)
            return power_cuts(options, built_examples(options), work)
    except DidNotRun as reason:
        print(f"not run: power cuts: {reason}", file=sys.stderr)
        return DID_NOT_RUN


if __name__ == "__main__":
    sys.exit(main())
