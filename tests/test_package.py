"""The recipe of the packages refuses what provided.al2023 could not start.

The binaries are made by this machine's C compiler against a C library that says it is of another release: what a build on
a distribution newer than Lambda's gives.
"""

import pathlib
import platform
import subprocess
import sys
import tempfile
import unittest
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

import package
from elf import Elf, NotElf

MACHINE = {"x86_64": "x86_64", "aarch64": "arm64"}[platform.machine()]
OTHER_MACHINE = {"x86_64": "arm64", "arm64": "x86_64"}[MACHINE]


def compiled(folder, version, weak=False):
    """A program that calls a symbol of the given version of the C library."""
    folder = pathlib.Path(folder)
    (folder / "library.c").write_text("int __isoc23_sscanf(void) { return 0; }\n")
    (folder / "versions").write_text(f"{version} {{ global: __isoc23_sscanf; }};\n")
    attribute = "__attribute__((weak)) " if weak else ""
    program = f"{attribute}int __isoc23_sscanf(void); void _start(void) {{ if (__isoc23_sscanf) __isoc23_sscanf(); }}\n"
    (folder / "program.c").write_text(program)
    shared = ["-nostdlib", "-fPIC", "-shared", "-Wl,-soname,libc.so.6", f"-Wl,--version-script={folder / 'versions'}"]
    run("cc", *shared, "-o", folder / "libc.so.6", folder / "library.c")
    run("cc", "-nostdlib", "-fPIC", "-pie", "-o", folder / "program", folder / "program.c", folder / "libc.so.6")
    return folder / "program"


def run(*command):
    subprocess.run([str(word) for word in command], check=True)


def recipe(*arguments):
    """The recipe as the Makefile calls it."""
    command = [sys.executable, ROOT / "scripts" / "package.py", *arguments]
    return subprocess.run([str(word) for word in command], text=True, capture_output=True, check=False)


class Packages(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.dist = self.folder / "dist"

    def make(self, binary, *options, machine=MACHINE):
        return recipe("make", "--out", self.dist, "--machine", machine, *options, f"worker={binary}")

    def assert_refused(self, ran, *words):
        self.assertEqual(ran.returncode, 1, ran.stdout + ran.stderr)
        for word in words:
            self.assertIn(word, ran.stderr)

    def test_a_binary_with_a_symbol_newer_than_glibc_2_34_is_refused(self):
        ran = self.make(compiled(self.folder, "GLIBC_2.38"))
        self.assert_refused(ran, "GLIBC_2.38", "worker.zip", "make package")
        self.assertFalse(self.dist.exists(), "a refused package is left for make deploy to find")

    def test_a_binary_that_needs_an_abi_flag_of_a_newer_glibc_is_refused(self):
        self.assert_refused(self.make(compiled(self.folder, "GLIBC_ABI_DT_RELR")), "GLIBC_ABI_DT_RELR")

    def test_a_binary_of_glibc_2_34_is_packaged(self):
        ran = self.make(compiled(self.folder, "GLIBC_2.34"))
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertEqual(recipe("check", self.dist).returncode, 0)
        self.assertEqual((self.dist / "build").read_text().split(), [MACHINE, "lambda"])

    def test_a_weak_symbol_of_a_newer_glibc_may_be_missing(self):
        self.assertEqual(self.make(compiled(self.folder, "GLIBC_2.38", weak=True)).returncode, 0)

    def test_an_unoptimized_binary_may_need_the_glibc_of_this_machine(self):
        ran = self.make(compiled(self.folder, "GLIBC_2.38"), "--unoptimized")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertIn("not for deployment", ran.stdout)

    def test_a_binary_for_another_machine_is_refused(self):
        ran = self.make(compiled(self.folder, "GLIBC_2.34"), machine=OTHER_MACHINE)
        self.assert_refused(ran, MACHINE, OTHER_MACHINE)

    def test_a_script_is_refused(self):
        script = self.folder / "script"
        script.write_text("#!/bin/sh\n")
        self.assert_refused(self.make(script), "ELF")

    def test_a_binary_that_only_its_owner_may_execute_is_packaged_for_everybody(self):
        binary = compiled(self.folder, "GLIBC_2.34")
        binary.chmod(0o700)
        self.assertEqual(self.make(binary).returncode, 0)
        with zipfile.ZipFile(self.dist / "worker.zip") as made:
            self.assertEqual(made.infolist()[0].external_attr >> 16, 0o100755)

    def test_a_package_whose_bootstrap_others_cannot_execute_is_refused(self):
        self.assertEqual(self.make(compiled(self.folder, "GLIBC_2.34")).returncode, 0)
        for mode in (0o700, 0o644, 0o711):
            self.rewrite(mode)
            self.assert_refused(recipe("check", self.dist), f"{mode:04o}", "worker.zip")

    def rewrite(self, mode):
        content = zipfile.ZipFile(self.dist / "worker.zip").read("bootstrap")
        entry = zipfile.ZipInfo("bootstrap")
        entry.external_attr = mode << 16
        with zipfile.ZipFile(self.dist / "worker.zip", "w") as changed:
            changed.writestr(entry, content)

    def test_a_package_with_something_beside_bootstrap_is_refused(self):
        self.assertEqual(self.make(compiled(self.folder, "GLIBC_2.34")).returncode, 0)
        with zipfile.ZipFile(self.dist / "worker.zip", "a") as changed:
            changed.writestr("worker", b"")
        self.assert_refused(recipe("check", self.dist), "not just bootstrap")

    def test_the_same_binary_gives_the_same_package(self):
        binary = compiled(self.folder, "GLIBC_2.34")
        self.make(binary)
        first = (self.dist / "worker.zip").read_bytes()
        binary.touch()
        self.make(binary)
        self.assertEqual((self.dist / "worker.zip").read_bytes(), first)


class Binaries(unittest.TestCase):
    def test_a_broken_file_is_refused_and_never_a_crash(self):
        with tempfile.TemporaryDirectory() as folder:
            whole = compiled(folder, "GLIBC_2.34").read_bytes()
        for length in range(0, len(whole), 97):
            with self.subTest(length=length):
                try:
                    Elf(whole[:length])
                except NotElf:
                    pass

    def test_this_interpreter_needs_a_known_version(self):
        needed = Elf(pathlib.Path(sys.executable).resolve().read_bytes()).needed_versions
        self.assertEqual(package.problems_of_binary(pathlib.Path(sys.executable).resolve().read_bytes(), MACHINE, None), [])
        self.assertTrue(any(version.startswith("GLIBC_2.") for version in needed), needed)


if __name__ == "__main__":
    unittest.main()
