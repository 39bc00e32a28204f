"""`service`: units that systemd and launchd can read, whatever the home is called."""

from __future__ import annotations

import plistlib
import shutil
import subprocess
from pathlib import Path

import pytest
from terminal import bare, minutebook

ANALYZE = shutil.which("systemd-analyze")
ODD = 'a "50%" of $it'


def values(unit: str, name: str) -> list[str]:
    """Return what a unit says under a name."""
    return [line.partition("=")[2] for line in unit.splitlines() if line.startswith(f"{name}=")]


def test_the_unit_confines_itself(tmp_path: Path) -> None:
    """It may write to its home and nowhere else, gains nothing, and comes back when it fails."""
    unit = minutebook(tmp_path / "home", "service", "systemd").out
    assert values(unit, "ReadWritePaths") == [str(tmp_path / "home")]
    assert values(unit, "ProtectSystem") == ["strict"]
    assert values(unit, "NoNewPrivileges") == ["yes"]
    assert values(unit, "SystemCallFilter") == ["@system-service"]
    assert values(unit, "RestrictAddressFamilies") == ["AF_UNIX AF_INET AF_INET6"]
    assert values(unit, "UMask") == ["0077"]
    assert values(unit, "Restart") == ["on-failure"]
    (command,) = values(unit, "ExecStart")
    assert command.endswith(f"-m minutebook --no-ui --home {tmp_path / 'home'}")
    assert (tmp_path / "home").is_dir()
    assert unit.startswith("# Install: ")


def test_odd_names_are_quoted(tmp_path: Path) -> None:
    """What stands for something else in a unit is written so that it does not."""
    unit = minutebook(tmp_path / ODD, "service", "systemd").out
    name = r"a \"50%%\" of $it"
    assert values(unit, "ReadWritePaths") == [f'"{tmp_path}/{name}"']
    (command,) = values(unit, "ExecStart")
    assert command.endswith('of $$it"')


def test_the_mirror_may_be_written_to(tmp_path: Path) -> None:
    """A folder of documents outside of the home is one more that it writes to."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "config.toml").write_text(f'[scribe]\nmirror = "{tmp_path}/papers"\n')
    unit = minutebook(home, "service", "systemd").out
    assert values(unit, "ReadWritePaths") == [f"{home} {tmp_path}/papers"]


def test_keys_are_handed_over_as_credentials(tmp_path: Path) -> None:
    """Each key is a file that is named; without any, a remark says how."""
    key = ("--key", f"anthropic={tmp_path}/key")
    unit = minutebook(tmp_path / "home", "service", "systemd", *key).out
    assert values(unit, "LoadCredential") == [f"anthropic_api_key:{tmp_path}/key"]
    without = minutebook(tmp_path / "home", "service", "systemd").out
    assert values(without, "LoadCredential") == []
    assert "# LoadCredential=anthropic_api_key:" in without


@pytest.mark.parametrize("key", ["anthropic", "anthropic=", "../x=/key", "anthropic=/a:b"])
def test_keys_that_name_no_file_are_refused(tmp_path: Path, key: str) -> None:
    """A key is a provider and a file that systemd can take."""
    ran = minutebook(tmp_path / "home", "service", "systemd", "--key", key)
    assert (ran.code, ran.out) == (2, "")


@pytest.mark.parametrize("kind", ["systemd", "launchd"])
def test_names_of_several_lines_are_refused(tmp_path: Path, kind: str) -> None:
    """No name can put a line of its own into a unit."""
    ran = minutebook(tmp_path / "x\nExecStartPre=/bin/evil", "service", kind)
    assert (ran.code, ran.out) == (2, "")


@pytest.mark.skipif(ANALYZE is None, reason="there is no systemd here")
@pytest.mark.parametrize("name", ["home", ODD])
def test_systemd_takes_it(tmp_path: Path, name: str) -> None:
    """systemd finds nothing wrong with it."""
    unit = minutebook(
        tmp_path / name, "service", "systemd", "--key", f"anthropic={tmp_path}/a key"
    ).out
    file = tmp_path / "minutebook.service"
    file.write_text(unit)
    found = subprocess.run([str(ANALYZE), "verify", str(file)], capture_output=True, text=True)
    assert (found.returncode, found.stdout, found.stderr) == (0, "", "")


def test_the_agent_can_be_read(tmp_path: Path) -> None:
    """launchd starts it at login, and again when it fails."""
    odd = tmp_path / "a <b> & c"
    agent = plistlib.loads(minutebook(odd, "service", "launchd").out.encode())
    assert agent["ProgramArguments"][-3:] == ["--no-ui", "--home", str(odd)]
    assert agent["RunAtLoad"] is True
    assert agent["KeepAlive"] == {"SuccessfulExit": False}
    assert agent["Umask"] == 0o077
    assert agent["StandardErrorPath"].startswith(str(odd))


def test_the_kind_is_asked_for() -> None:
    """Without a kind, the command says which there are."""
    ran = bare("service")
    assert "systemd" in ran.out + ran.err
    assert "launchd" in ran.out + ran.err


def test_a_key_that_is_not_there_is_told(tmp_path: Path) -> None:
    """The unit is printed all the same: the file may come later."""
    missing = tmp_path / "anthropic"
    ran = minutebook(tmp_path, "service", "systemd", "--key", f"anthropic={missing}")
    assert (ran.code, "LoadCredential" in ran.out) == (0, True)
    assert "the service does not start without it" in ran.err
    missing.write_text("sk")
    assert minutebook(tmp_path, "service", "systemd", "--key", f"anthropic={missing}").err == ""
