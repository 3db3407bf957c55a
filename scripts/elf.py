"""What an ELF binary asks of the system that starts it: its machine, and the versions of the C library's symbols.

Reads what the dynamic loader reads (the program headers and the dynamic section), so a stripped binary is no different,
and needs no binutils. Only 64-bit little-endian files, which is all that Lambda runs.
"""

import struct

MACHINES = {62: "x86_64", 183: "arm64"}
LOAD, DYNAMIC = 1, 2
# Tags of the dynamic section (elf.h): the string table, and the table of the versions that the binary needs.
STRTAB, VERNEED, VERNEEDNUM = 5, 0x6FFFFFFE, 0x6FFFFFFF
# A version that only weak symbols need may be missing: the loader goes on without it (ld.so, dl-version.c).
WEAK = 2


class NotElf(ValueError):
    """The bytes are no 64-bit little-endian ELF file, or its tables are broken."""


class Elf:
    """A binary by its bytes."""

    def __init__(self, content):
        if content[:6] != b"\x7fELF\x02\x01":
            raise NotElf("not a 64-bit little-endian ELF file")
        self.content = content
        try:
            number = self.unpack("<H", 18)[0]
            self.machine = MACHINES.get(number, f"machine {number}")
            self.segments = self.read_segments()
            self.needed_versions = self.read_needed_versions()
        except (struct.error, OverflowError, KeyError) as error:
            raise NotElf(f"an ELF file whose tables are broken: {error}") from error

    def unpack(self, form, offset):
        return struct.unpack_from(form, self.content, offset)

    def read_segments(self):
        """Type, offset, address and size of each program header."""
        first, size, count = self.unpack("<Q", 32)[0], *self.unpack("<HH", 54)
        headers = [self.unpack("<IIQQQQ", first + size * index) for index in range(count)]
        return [(kind, offset, address, length) for kind, _, offset, address, _, length in headers]

    def offset(self, address):
        """Where in the file the loaded address lies."""
        for kind, offset, start, length in self.segments:
            if kind == LOAD and start <= address < start + length:
                return address - start + offset
        raise NotElf(f"no segment has the address {address:#x}")

    def dynamic(self):
        """The dynamic section by tag; empty for a static binary."""
        for kind, offset, _, length in self.segments:
            if kind == DYNAMIC:
                return dict(self.unpack("<QQ", at) for at in range(offset, offset + length, 16))
        return {}

    def read_needed_versions(self):
        """The names of the symbol versions without which the loader refuses to start the binary."""
        tags = self.dynamic()
        if VERNEED not in tags:
            return set()
        strings, library = self.offset(tags[STRTAB]), self.offset(tags[VERNEED])
        versions = set()
        for _ in range(tags[VERNEEDNUM]):
            _, count, _, first, following = self.unpack("<HHIII", library)
            versions |= self.read_versions(library + first, count, strings)
            if not following:
                break
            library += following
        return versions

    def read_versions(self, entry, count, strings):
        versions = set()
        for _ in range(count):
            _, flags, _, name, following = self.unpack("<IHHII", entry)
            if not flags & WEAK:
                versions.add(self.string(strings + name))
            entry += following
        return versions

    def string(self, offset):
        end = self.content.find(b"\0", offset)
        return self.content[offset:end].decode("ascii", "replace")


def newer_than(versions, prefix, newest):
    """Those of the versions named PREFIX_x.y that are newer than `newest`, and those whose name is no number at all
    (GLIBC_PRIVATE, GLIBC_ABI_DT_RELR), which no other release promises."""
    found = [version for version in versions if version.startswith(f"{prefix}_")]
    return sorted(version for version in found if not at_most(version.removeprefix(f"{prefix}_"), newest))


def at_most(version, newest):
    parts = version.split(".")
    return all(part.isdigit() for part in parts) and tuple(map(int, parts)) <= newest
