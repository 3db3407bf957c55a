"""Make the packages that Lambda runs, and refuse those that it could not start.

    package.py make --out dist --machine x86_64 [--unoptimized] fanout=PATH worker=PATH ...
    package.py check dist

A package is a zip with one executable named bootstrap, with a fixed date: the same binary gives the same package.
`make deploy` checks once more what it is about to upload.
"""

import argparse
import pathlib
import shutil
import sys
import zipfile
import zlib

from elf import Elf, NotElf, newer_than

ROOT = pathlib.Path(__file__).resolve().parent.parent
STATE_MACHINE = ROOT / "statemachine" / "org-operator.asl.json"
# provided.al2023 is Amazon Linux 2023, whose C library is glibc 2.34.
GLIBC = (2, 34)
# Lambda runs the file as another user than the one who packed it.
MODE, OTHERS_READ_AND_EXECUTE = 0o755, 0o005
# Says what the packages were built for, and how.
BUILD = "build"
UNOPTIMIZED = "unoptimized"


def problems_of_binary(content, machine, glibc=GLIBC):
    """Why Lambda could not start the binary. `glibc` is None where it only has to run on this machine."""
    try:
        elf = Elf(content)
    except NotElf as error:
        return [f"bootstrap is {error}"]
    problems = []
    if elf.machine != machine:
        problems.append(f"bootstrap is for {elf.machine}, not for {machine}")
    newer = newer_than(elf.needed_versions, "GLIBC", glibc) if glibc else []
    if newer:
        allowed = ".".join(map(str, glibc))
        problems.append(f"bootstrap needs {', '.join(newer)}, but provided.al2023 has GLIBC_{allowed}: build it by make package")
    return problems


def problems_of_package(path, machine, glibc=GLIBC):
    """Why Lambda could not start the package."""
    try:
        with zipfile.ZipFile(path) as package:
            entries = package.infolist()
            if [entry.filename for entry in entries] != ["bootstrap"]:
                return [f"holds {[entry.filename for entry in entries]}, not just bootstrap"]
            mode = entries[0].external_attr >> 16 & 0o777
            problems = problems_of_binary(package.read(entries[0]), machine, glibc)
    except (OSError, zipfile.BadZipFile) as error:
        return [str(error)]
    if mode & OTHERS_READ_AND_EXECUTE != OTHERS_READ_AND_EXECUTE:
        problems.append(f"bootstrap has the mode {mode:04o}, so Lambda's user cannot execute it; 0755 is right")
    return problems


def write_package(path, binary, unoptimized):
    entry = zipfile.ZipInfo("bootstrap", (1980, 1, 1, 0, 0, 0))
    entry.create_system = 3  # Unix, where the mode counts
    entry.external_attr = (0o100000 | MODE) << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    # A package that is made anew with every build, and uploaded to this machine only, is made fast.
    level = zlib.Z_BEST_SPEED if unoptimized else zlib.Z_DEFAULT_COMPRESSION
    with zipfile.ZipFile(path, "w") as package:
        package.writestr(entry, pathlib.Path(binary).read_bytes(), compresslevel=level)


def read_build(folder):
    """Machine of the packages in the folder and whether they are unoptimized; None where nobody has said so."""
    try:
        words = (pathlib.Path(folder) / BUILD).read_text(encoding="utf-8").split()
    except OSError:
        return None
    return (words[0], UNOPTIMIZED in words) if words else None


def problems_of_folder(folder, machine, unoptimized):
    """Why Lambda could not start what is in the folder, package by package."""
    packages = sorted(pathlib.Path(folder).glob("*.zip"))
    # Unoptimized functions run on this machine only, whose C library may be newer.
    glibc = None if unoptimized else GLIBC
    found = [(package, problems_of_package(package, machine, glibc)) for package in packages]
    problems = [f"{package}: {problem}" for package, all_problems in found for problem in all_problems]
    return problems if packages else [f"{folder}: no packages"]


def make(options):
    folder = pathlib.Path(options.out)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for function in options.functions:
        name, _, binary = function.partition("=")
        write_package(folder / f"{name}.zip", binary, options.unoptimized)
    problems = problems_of_folder(folder, options.machine, options.unoptimized)
    if problems:
        # Nothing that cannot start is left for `make deploy` to find.
        shutil.rmtree(folder)
        return problems
    shutil.copyfile(STATE_MACHINE, folder / STATE_MACHINE.name)
    said = f"{options.machine} {UNOPTIMIZED if options.unoptimized else 'lambda'}"
    (folder / BUILD).write_text(f"{said}\n", encoding="utf-8")
    print(f"{folder}/ is filled ({said}{', not for deployment' if options.unoptimized else ''})")
    return []


def check(options):
    build = read_build(options.out)
    if not build:
        return [f"{options.out}/{BUILD}: not there; make package writes it"]
    return problems_of_folder(options.out, *build)


def arguments(given):
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    commands = parser.add_subparsers(required=True)
    making = commands.add_parser("make", help="fill a folder with packages")
    making.add_argument("--out", required=True)
    making.add_argument("--machine", required=True, choices=["x86_64", "arm64"])
    making.add_argument("--unoptimized", action="store_true", help="for this machine only, not for Lambda")
    making.add_argument("functions", nargs="+", metavar="FUNCTION=BINARY")
    making.set_defaults(command=make)
    checking = commands.add_parser("check", help="check the packages in a folder")
    checking.add_argument("out")
    checking.set_defaults(command=check)
    return parser.parse_args(given)


def main(given):
    options = arguments(given)
    problems = options.command(options)
    for problem in problems:
        print(f"refused: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
