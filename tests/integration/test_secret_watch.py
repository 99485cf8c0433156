"""Secrets in files; and the watch of the test run itself: it must see a planted secret wherever a test lets one out."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.secrets import expand, secret_named
from rules.errors import MissingSecret

pytest_plugins = ["pytester"]

LEAKY = """
import subprocess, sys

def test_prints(planted):
    print(planted.token)

def test_prints_an_encoded_token_that_nobody_planted():
    print("/bot123456789%3A" + "x" * 35)

def test_takes_it_out_of_the_capture(planted, capsys):
    print(planted.secret)
    capsys.readouterr()

def test_lets_a_child_say_it(planted):
    subprocess.run([sys.executable, "-c", f"print('{planted.key}')"], capture_output=True)

def test_leaves_it_in_a_file(planted, tmp_path):
    (tmp_path / "marsad.db").write_bytes(b"\\x00" + planted.token.encode())

def test_keeps_it(planted, tmp_path):
    (tmp_path / "marsad.yaml").write_text(planted.token)
    print("***")
"""


def test_the_run_fails_for_each_way_in_which_a_secret_gets_out(pytester: object) -> None:
    conftest = Path(__file__).parents[1] / "conftest.py"
    pytester.makeconftest(conftest.read_text("utf-8"))
    pytester.makepyfile(LEAKY)
    done = pytester.runpytest_subprocess("-n0", "--tb=no", "--show-capture=no", "-rN", "-p", "no:cacheprovider")
    # What is printed fails the test and its teardown; what is found afterwards (capsys, children, files) its teardown.
    done.assert_outcomes(passed=4, failed=2, errors=5)


def test_a_name_is_read_from_the_environment_before_the_file(tmp_path: Path) -> None:
    file = tmp_path / "key.secret"
    file.write_text("from the file\n", "utf-8")
    assert secret_named("HOOK", {"HOOK": "from the variable", "HOOK_FILE": str(file)}) == "from the variable"
    assert secret_named("HOOK", {"HOOK_FILE": str(file)}) == "from the file"
    assert secret_named("HOOK", {"HOOK": " "}) is None


def test_a_file_that_cannot_be_read_and_a_name_that_is_not_set_are_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(MissingSecret, match=r"HOOK_FILE names .* cannot be read"):
        secret_named("HOOK", {"HOOK_FILE": str(tmp_path / "absent")})
    with pytest.raises(MissingSecret, match="set the variable HOOK"):
        expand("slack://${HOOK}", {})
