"""The wall clock goes three days back and three days forth; polling goes on."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SHIM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <sys/time.h>

/* Seconds to add to the wall clock, read from the file that CLOCK_SHIFT_FILE names, at each call. */
static long shift(void) {
    const char *path = getenv("CLOCK_SHIFT_FILE");
    long seconds = 0;
    FILE *file = path ? fopen(path, "r") : NULL;
    if (!file) return 0;
    if (fscanf(file, "%ld", &seconds) != 1) seconds = 0;
    fclose(file);
    return seconds;
}

int clock_gettime(clockid_t clock, struct timespec *out) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
    int result = real(clock, out);
    if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) out->tv_sec += shift();
    return result;
}

int gettimeofday(struct timeval *out, void *zone) {
    struct timespec now;
    int result = clock_gettime(CLOCK_REALTIME, &now);
    (void)zone;
    out->tv_sec = now.tv_sec;
    out->tv_usec = now.tv_nsec / 1000;
    return result;
}

time_t time(time_t *out) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (out) *out = now.tv_sec;
    return now.tv_sec;
}
"""


@pytest.fixture
def shim(tmp_path: Path) -> Path:
    compiler = shutil.which("cc") or shutil.which("gcc")
    if not compiler or not sys.platform.startswith("linux"):
        pytest.skip("needs a C compiler on Linux; test_scheduler.py moves an injected clock instead")
    source, library = tmp_path / "shim.c", tmp_path / "shim.so"
    source.write_text(SHIM)
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
    return library


@pytest.mark.parametrize("days", [-3, 3])
def test_polling_goes_on_when_the_clock_jumps_by_days(
    newsroom: Callable, press: object, wait_for: Callable, shim: Path, tmp_path: Path, days: int
) -> None:
    moved = tmp_path / "shift"
    moved.write_text("0")
    press.publish("/a", "1", "وصول شحنة أسلحة إلى الميناء")
    room = newsroom("/a")
    child = room.start("run", LD_PRELOAD=str(shim), CLOCK_SHIFT_FILE=str(moved))
    wait_for(lambda: "وصول شحنة" in room.output, what="the first alert")
    moved.write_text(str(days * 86_400))
    wait_for(lambda: "clock_jumped" in room.errors, what="the watchdog")
    press.publish("/a", "2", "زلزال يضرب الساحل")
    wait_for(lambda: "زلزال يضرب" in room.output, what="an alert after the jump")
    moved.write_text("0")
    wait_for(lambda: room.errors.count("clock_jumped") == 2, what="the way back")
    press.publish("/a", "3", "هزة أرضية في الشمال")
    wait_for(lambda: "هزة أرضية" in room.output, what="an alert after the way back")
    child.send_signal(signal.SIGTERM)
    assert child.wait(10) == 0, room.errors
