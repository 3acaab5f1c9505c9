#!/usr/bin/env python3
"""Breaks the code on purpose, one promise at a time, and sees whether the tests notice.

For each mutant the tree is copied, a few lines are replaced, and the smallest tests meant to catch it
are run, after they have passed on the copy as it was. A replacement that does not fit exactly once,
a mutant that does not compile, or a test that is not there, is an error and not a verdict: then the
code has moved on, and the mutant has to follow.

    mutants.py [NAME…] [--list | --fit] [--target DIR]

Run by hand, after changes to admission, committer, journal or projections; it takes some minutes, most
of them compiling. That each still fits the code (`--fit`) takes none, and the suite sees to it. Exit code 0: every mutant was caught; 1: one was not; 2: wrong usage, or a mutant
does not fit the code any more.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ADMISSION = "crates/event-log-sled/src/admission.rs"
COMMITTER = "crates/event-log-sled/src/committer.rs"
JOURNAL = "crates/event-log-sled/src/journal.rs"
OWNER = "crates/projection/src/owner.rs"
# A test that hangs has noticed too, but nobody waits for ever.
SECONDS_MAX = 900


@dataclass(frozen=True)
class Mutant:
    name: str
    breaks: str
    edits: tuple  # of (file, what is there, what is put in its place)
    package: str
    target: tuple  # which of the package's test binaries
    tests: tuple  # each by its whole name


MUTANTS = (
    Mutant(
        name="no-sync",
        breaks="drops the fdatasync: a commit is acknowledged that only the page cache has",
        edits=((
            JOURNAL,
            "self.disk.run(Step::JournalSync, || file.sync_data())",
            "self.disk.run(Step::JournalSync, || Ok(()))",
        ),),
        package="redress-tests",
        target=("--test", "suite"),
        tests=("durability::every_append_is_synced_before_it_is_acknowledged",),
    ),
    Mutant(
        name="early-answer",
        breaks="acknowledges before the sync: an answer does not wait for its commit",
        edits=((
            COMMITTER,
            "        match self.commit(&mut group.commit) {\n"
            "            Ok(first) => {\n"
            "                self.admission.made(group.number);\n"
            "                answer_each(group.answers.drain(..), first);\n"
            "            }\n",
            "        answer_each(group.answers.drain(..), self.next);\n"
            "        match self.commit(&mut group.commit) {\n"
            "            Ok(_) => self.admission.made(group.number),\n",
        ),),
        package="redress-tests",
        target=("--test", "suite"),
        tests=("durability::nobody_learns_of_a_record_before_it_is_synced",),
    ),
    Mutant(
        name="early-number",
        breaks="numbers before acceptance: what is refused leaves a gap in the positions",
        edits=(
            (
                ADMISSION,
                "        match checked {\n",
                "        self.group.numbered = self.group.numbered.saturating_add(append.records.len());\n"
                "        match checked {\n",
            ),
            (
                ADMISSION,
                "let place = self.commit.records();\n",
                "let place = self.numbered.saturating_sub(records.len());\n",
            ),
            (
                COMMITTER,
                "Self { number: 0, answers: Vec::new(), commit: Commit::new() }",
                "Self { number: 0, answers: Vec::new(), commit: Commit::new(), numbered: 0 }",
            ),
            (
                COMMITTER,
                "    pub(crate) commit: Commit,\n}",
                "    pub(crate) commit: Commit,\n    pub(crate) numbered: usize,\n}",
            ),
            (
                COMMITTER,
                "        group.commit.clear();\n",
                "        group.commit.clear();\n        group.numbered = 0;\n",
            ),
        ),
        package="redress-tests",
        target=("--test", "suite"),
        tests=("durability::refused_requests_of_a_group_leave_no_gap_in_its_numbers",),
    ),
    Mutant(
        name="position-apart",
        breaks="moves a read model's position outside the transaction that writes its rows",
        edits=(
            (
                OWNER,
                "        let transaction =\n"
                "            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;\n",
                "",
            ),
            (OWNER, "let moved = transaction\n", "let moved = self\n            .connection\n"),
            (
                OWNER,
                "        for (event, expected) in page.iter().zip(before.0..) {\n",
                "        let transaction =\n"
                "            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;\n"
                "        for (event, expected) in page.iter().zip(before.0..) {\n",
            ),
        ),
        package="projection",
        target=("--lib",),
        tests=(
            "tests::following::"
            "a_projector_that_fails_in_a_page_leaves_neither_its_rows_nor_its_position",
        ),
    ),
)


class DoesNotFit(Exception):
    pass


def copy_of_the_tree(place):
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, listed.split("\0")):
        source, copy = ROOT / name, place / name
        if source.is_file():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, copy)


def mutate(tree, mutant):
    """Replaces what the mutant replaces, and gives the files as they were."""
    before = {}
    for file, found, put in mutant.edits:
        path = tree / file
        text = path.read_text()
        before.setdefault(path, text)
        times = text.count(found)
        if times != 1:
            raise DoesNotFit(f"{mutant.name}: expected once in {file}, found {times} times:\n{found}")
        path.write_text(text.replace(found, put))
    return before


def put_back(before):
    for path, text in before.items():
        path.write_text(text)


def cargo(tree, target_dir, mutant, *more):
    words = ["cargo", "test", "--quiet", "--locked", "--package", mutant.package, *mutant.target]
    # Whether mutants are tidy is not the question.
    env = {**os.environ, "CARGO_TARGET_DIR": str(target_dir), "RUSTFLAGS": "--cap-lints=warn"}
    return subprocess.run([*words, *more], cwd=tree, env=env, capture_output=True, text=True,
                          timeout=SECONDS_MAX, errors="replace")


def compile_tests(tree, target_dir, mutant, what):
    built = cargo(tree, target_dir, mutant, "--no-run")
    if built.returncode != 0:
        raise DoesNotFit(f"{mutant.name}: {what} does not compile:\n{built.stderr[-3000:]}")


def tests_pass(tree, target_dir, mutant):
    """Whether all of its tests pass, and what they said."""
    try:
        ran = cargo(tree, target_dir, mutant, "--", "--exact", *mutant.tests)
    except subprocess.TimeoutExpired:
        return False, f"no end after {SECONDS_MAX} s"
    said = ran.stdout + ran.stderr
    counts = re.findall(r"test result: \w+\. (\d+) passed; (\d+) failed", said)
    ran_tests = sum(int(passed) + int(failed) for passed, failed in counts)
    # A test process that was ended by a signal says nothing at its end.
    if counts and ran_tests != len(mutant.tests):
        raise DoesNotFit(f"{mutant.name}: expected {len(mutant.tests)} tests, found {ran_tests}")
    if "was not looked at" in said:
        raise DoesNotFit(f"{mutant.name}: its test cannot run here:\n{said[-500:]}")
    return ran.returncode == 0, said


def verdict(tree, target_dir, mutant):
    """True when it was caught."""
    compile_tests(tree, target_dir, mutant, "the tree as it is")
    passes, said = tests_pass(tree, target_dir, mutant)
    if not passes:
        raise DoesNotFit(f"{mutant.name}: its tests fail without it:\n{said[-3000:]}")
    before = mutate(tree, mutant)
    try:
        compile_tests(tree, target_dir, mutant, "the mutant")
        passes, said = tests_pass(tree, target_dir, mutant)
    finally:
        put_back(before)
    if passes:
        print(f"NOT CAUGHT  {mutant.name}: {mutant.breaks}")
        return False
    print(f"caught      {mutant.name}: {mutant.breaks}")
    panics = [line.strip() for line in said.splitlines() if "panicked at" in line]
    print(f"            by {', '.join(mutant.tests)}")
    if panics:
        print(f"            {panics[0]}")
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    names = [mutant.name for mutant in MUTANTS]
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(names)}")
    parser.add_argument("--list", action="store_true", help="name them, and say what they break")
    parser.add_argument("--fit", action="store_true",
                        help="only see whether they fit the code, and compile nothing")
    parser.add_argument("--target", type=Path, default=ROOT / "target" / "mutants",
                        help="where they are compiled [default: target/mutants]")
    options = parser.parse_args()
    unknown = set(options.names) - set(names)
    if unknown:
        parser.error(f"expected some of {', '.join(names)}, found {', '.join(sorted(unknown))}")
    chosen = [mutant for mutant in MUTANTS if not options.names or mutant.name in options.names]
    if options.list:
        for mutant in chosen:
            print(f"{mutant.name:<16} {mutant.breaks}")
        return 0
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        tree = Path(folder) / "tree"
        copy_of_the_tree(tree)
        try:
            # Whether they fit is known at once; whether they are caught, some minutes later.
            for mutant in chosen:
                put_back(mutate(tree, mutant))
            if options.fit:
                print(f"{len(chosen)} of {len(chosen)} mutants fit the code")
                return 0
            caught = [verdict(tree, options.target.resolve(), mutant) for mutant in chosen]
        except DoesNotFit as problem:
            print(problem, file=sys.stderr)
            return 2
    print(f"{sum(caught)} of {len(caught)} mutants were caught")
    return 0 if all(caught) else 1


if __name__ == "__main__":
    sys.exit(main())
