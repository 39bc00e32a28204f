"""The kernel's part in holding the console's process: Landlock, seccomp, limits on resources.

DuckDB's settings and the guard are enough as long as both are without fault. These hold when they
are not: they are asked of the kernel before any text of a person is read, by a process that has one
thread, and none of them can be given back. Each is left out where the system does not have it; what
was left out is said by `doctor`. Source: the manual pages landlock(7), seccomp(2), prctl(2).
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys
import tomllib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path

from minutebook.archive.console.limits import Confinement, ConsoleLimits

_MB = 1024 * 1024
_CREATE, _ADD, _RESTRICT = 444, 445, 446
_BY_PATH = 1
_WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 1, 1 << 2, 1 << 3
_REMOVE_DIR, _REMOVE_FILE, _MAKE_DIR, _MAKE_REG = 1 << 4, 1 << 5, 1 << 7, 1 << 8
_TRUNCATE = 1 << 14
_READ = _READ_FILE | _READ_DIR
_USE = _READ | _WRITE_FILE | _REMOVE_FILE | _REMOVE_DIR | _MAKE_DIR | _MAKE_REG | _TRUNCATE
_FILES = {1: 13, 2: 14, 3: 15, 4: 15}
"""How many rights over files a version knows; later ones know 16."""
_OF_MEMORY = (Path("/proc/self/cgroup"), Path("/sys/fs/cgroup"))
"""Where DuckDB looks how much memory it may have; it does not start without."""
_TCP, _SCOPES = 0b11, 0b11
_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER, _NOT_DUMPABLE = 38, 22, 2, 4
_OVERHEAD_MB = 1024
"""Address space beside what DuckDB may use: its threads, the interpreter, one long message."""


def confine(archive: Path, temp: Path, limits: ConsoleLimits) -> Confinement:
    """Give up, for good, all that reading an archive does not need. Returns what holds."""
    resources = _bound(limits)
    if sys.platform != "linux":
        return Confinement(resources=resources)
    library = ctypes.CDLL(None, use_errno=True)
    is_still = library.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0
    library.prctl(_NOT_DUMPABLE, 0, 0, 0, 0)
    folders = {archive: _READ, temp: _USE, **dict.fromkeys(_OF_MEMORY, _READ_FILE)}
    calls = _calls().get(platform.machine())  # read while files can be read
    return Confinement(
        landlock=_landlock(library, folders) if is_still else 0,
        seccomp=is_still and _refuse_calls(library, calls),
        no_new_privileges=is_still,
        resources=resources,
    )


def offered() -> Confinement:
    """Return what this system offers, without asking for it."""
    has_resources = os.name == "posix"
    if sys.platform != "linux":
        return Confinement(resources=has_resources)
    return Confinement(
        landlock=_version(ctypes.CDLL(None, use_errno=True)),
        seccomp=Path("/proc/sys/kernel/seccomp").is_dir() and platform.machine() in _calls(),
        no_new_privileges=True,
        resources=has_resources,
    )


def _bound(limits: ConsoleLimits) -> bool:
    if os.name != "posix":
        return False
    import resource

    bounds = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: limits.temp_mb * _MB,
        resource.RLIMIT_NOFILE: 4096,
    }
    if sys.platform == "linux":
        bounds[resource.RLIMIT_AS] = (limits.memory_mb + _OVERHEAD_MB) * _MB + _address_space()
    for what, bound in bounds.items():
        _, hard = resource.getrlimit(what)
        least = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        resource.setrlimit(what, (least, least))
    return True


def _address_space() -> int:
    """Return how many bytes of address space this process has now."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _version(library: ctypes.CDLL) -> int:
    return max(0, int(library.syscall(_CREATE, None, ctypes.c_size_t(0), 1)))


def _landlock(library: ctypes.CDLL, allowed: Mapping[Path, int]) -> int:
    """Deny every file but those below some folders, and every port; return the version or 0."""
    version = _version(library)
    if not version:
        return 0
    rights = (1 << _FILES.get(version, 16)) - 1
    asked = struct.pack("=Q", rights)
    if version >= 4:
        asked += struct.pack("=Q", _TCP)
    if version >= 6:
        asked += struct.pack("=Q", _SCOPES)
    rules = library.syscall(_CREATE, asked, ctypes.c_size_t(len(asked)), 0)
    if rules < 0:
        return 0
    try:
        for folder, may in allowed.items():
            if not _allow(library, rules, folder, may & rights):
                return 0
        return version if library.syscall(_RESTRICT, rules, 0) == 0 else 0
    finally:
        os.close(rules)


def _allow(library: ctypes.CDLL, rules: int, folder: Path, may: int) -> bool:
    if not folder.exists():
        return True
    opened = os.open(folder, os.O_PATH | os.O_CLOEXEC)
    try:
        rule = struct.pack("=Qi", may, opened)
        return bool(library.syscall(_ADD, rules, _BY_PATH, rule, 0) == 0)
    finally:
        os.close(opened)


def _calls() -> Mapping[str, dict[str, object]]:
    text = (files("minutebook.archive.console") / "syscalls.toml").read_text("utf-8")
    return tomllib.loads(text)


def _refuse_calls(library: ctypes.CDLL, known: Mapping[str, object] | None) -> bool:
    """Have the kernel refuse sockets, other programs and other processes."""
    if known is None or sys.maxsize < 2**32:
        return False
    program = _program(known)
    steps = ctypes.create_string_buffer(b"".join(program), 8 * len(program))
    held = struct.pack("@HxxxxxxP", len(program), ctypes.addressof(steps))
    return bool(library.prctl(_SET_SECCOMP, _FILTER, held, 0, 0) == 0)


def _program(known: Mapping[str, object]) -> list[bytes]:
    """Return the filter as steps of classic BPF over `struct seccomp_data`."""
    load, equal, above, has_bits, give = 0x20, 0x15, 0x35, 0x45, 0x06
    allow, refuse, missing = 0x7FFF0000, 0x00050000 | 1, 0x00050000 | 38  # EPERM, ENOSYS
    thread = 0x10000

    def step(code: int, value: object, yes: int = 0, no: int = 0) -> bytes:
        return struct.pack("=HBBI", code, yes, no, value)

    refused = known["refused"]
    assert isinstance(refused, Sequence)  # noqa: S101 - from a file of ours
    steps = [
        step(load, 4),
        step(equal, known["audit"], 1),
        step(give, refuse),
        step(load, 0),
        step(above, 0x40000000, 0, 1),
        step(give, refuse),
    ]
    for number in refused:
        steps += [step(equal, number, 0, 1), step(give, refuse)]
    # A new thread is allowed, a new process is not. clone3 hides which: without it clone is used.
    steps += [step(equal, known["clone3"], 0, 1), step(give, missing)]
    steps += [step(equal, known["clone"], 0, 3), step(load, 16)]
    return [*steps, step(has_bits, thread, 1), step(give, refuse), step(give, allow)]
