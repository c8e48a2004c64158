"""The press is bounded: in time, in memory, in who waits, and it is gone when it is closed."""

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from files.formats import FileFormat
from files.press.jobs import AgreementText, Inspection, PressBusy, PressFailed, PressLimits
from files.press.press import Press
from tests.files import samples
from tests.processes import lives

PATIENCE_SECONDS = 20
TEXT = FileFormat.TXT
# A page that is painted for a long time: a thousand forms, each of a thousand others.
NESTED = [
    samples.stream(
        (b"/X Do " if depth < 5 else b"0 0 9 9 re f ") * 1000,
        b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X %d 0 R>>>>"
        % (depth + 1),
    )
    for depth in range(4, 6)
]
SLOW = samples.one_page(
    b"/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<</XObject<</X 5 0 R>>>>", *NESTED
)
FLATE_BOMB = samples.one_page(
    b"/MediaBox[0 0 9 9]/Contents 4 0 R", samples.stream(b" " * 400_000_000)
)


@asynccontextmanager
async def pressing(limits: PressLimits | None = None) -> AsyncIterator[Press]:
    press = Press(limits)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            yield press
    finally:
        await press.close()


async def works(press: Press) -> psutil.Process:
    """Show that a press works, and return its process."""
    assert await press.inspect(b"works", TEXT) == Inspection(text="works")
    assert press.pid is not None
    return psutil.Process(press.pid)


def printing_of(child: psutil.Process) -> Path:
    """Return the file that a process prints into."""
    return Path(f"/proc/{child.pid}/fd/1").readlink()


def namespaces_are_allowed() -> bool:
    """Return whether a process of this user may have a network of its own."""
    command = ["unshare", "--user", "--net", "true"]
    return subprocess.run(command, check=False, stderr=subprocess.DEVNULL).returncode == 0


async def failure(press: Press, content: bytes, file_format: FileFormat) -> str:
    """Return why the press failed at a preview."""
    with pytest.raises(PressFailed) as failed:
        await press.preview(content, file_format)
    return failed.value.reason


async def test_it_starts_with_its_first_job_and_stays() -> None:
    async with pressing() as press:
        assert press.pid is None
        first = await works(press)
        assert (await works(press)).pid == first.pid


async def test_it_has_no_powers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNING_KEY", "secret")
    async with pressing() as press:
        child = await works(press)
        limits = {
            psutil.RLIMIT_AS: 1024**3,
            psutil.RLIMIT_FSIZE: 0,
            psutil.RLIMIT_CORE: 0,
        }
        assert {one: child.rlimit(one) for one in limits} == {
            one: (limit, limit) for one, limit in limits.items()
        }
        assert child.rlimit(psutil.RLIMIT_CPU)[0] < PATIENCE_SECONDS
        assert child.nice() == psutil.Process().nice() + 10
        assert child.environ().keys() == {
            *("PATH", "LANG", "MALLOC_ARENA_MAX", "RAYON_NUM_THREADS")
        }
        assert child.num_fds() == 4
        assert printing_of(child) == Path(os.devnull)


async def test_it_gains_no_rights_and_is_alone_where_the_kernel_allows_it() -> None:
    allowed = await asyncio.to_thread(namespaces_are_allowed)
    async with pressing() as press:
        child = Path(f"/proc/{(await works(press)).pid}")
        assert "NoNewPrivs:\t1\n" in (child / "status").read_text()
        for kind in ("user", "net"):
            own, others = (one / "ns" / kind for one in (child, Path("/proc/self")))
            assert (own.readlink() != others.readlink()) == allowed


async def test_a_job_that_takes_too_long_is_killed() -> None:
    async with pressing() as press:
        child = await works(press)
        with pytest.raises(PressFailed) as failed:
            await press.preview(SLOW, FileFormat.PDF, seconds=0.5)
        assert failed.value.reason == "time"
        assert not lives(child)
        assert (await works(press)).pid != child.pid


async def test_the_time_is_that_of_the_limits_unless_given() -> None:
    async with pressing(PressLimits(seconds=0.5)) as press:
        await press.inspect(b"works", TEXT, seconds=10)
        assert await failure(press, SLOW, FileFormat.PDF) == "time"


async def test_a_job_that_takes_too_much_memory_ends_the_process_alone() -> None:
    content = samples.image("PNG", (8000, 8000), "RGB")
    async with pressing(PressLimits(memory_bytes=200_000_000)) as press:
        child = await works(press)
        assert await failure(press, content, FileFormat.PNG) == "died"
        assert not lives(child)
        await works(press)


async def test_what_keeps_much_memory_leaves_all_of_it_to_the_next() -> None:
    long = AgreementText("Practice", "Title", "Reference", "A **long** one.\n\n" * 20_000)
    made_at = datetime(2026, 3, 1, tzinfo=UTC)
    async with pressing(PressLimits(memory_bytes=800_000_000)) as press:
        child = await works(press)
        assert (await press.render(long, made_at)).startswith(b"%PDF-")
        assert press.pid is None
        assert not lives(child)
        await works(press)


async def test_a_huge_stream_is_cut_or_ends_the_process_alone() -> None:
    async with pressing() as press:
        picture = samples.opened(await press.preview(FLATE_BOMB, FileFormat.PDF))
        assert picture.getcolors() == [(1024 * 1024, (255, 255, 255))]
    async with pressing(PressLimits(memory_bytes=200_000_000)) as press:
        assert await failure(press, FLATE_BOMB, FileFormat.PDF) == "died"
        await works(press)


async def test_after_a_crash_the_next_job_gets_a_new_process() -> None:
    async with pressing() as press:
        child = await works(press)
        child.kill()
        await asyncio.to_thread(child.wait)
        await asyncio.sleep(0.05)  # until this process has heard of it
        assert (await works(press)).pid != child.pid


async def test_a_crash_in_a_job_fails_that_job_alone() -> None:
    async with pressing() as press:
        child = await works(press)
        slow = asyncio.create_task(press.preview(SLOW, FileFormat.PDF))
        waiting = asyncio.create_task(press.inspect(b"waits", TEXT))
        await asyncio.sleep(0.2)
        child.send_signal(signal.SIGSEGV)
        with pytest.raises(PressFailed) as failed:
            await slow
        assert failed.value.reason == "died"
        assert await waiting == Inspection(text="waits")


async def test_a_caller_who_gives_up_leaves_no_answer_behind() -> None:
    content = samples.pdf("Hello")
    async with pressing() as press:
        for pause in (0.0, 0.001, 0.005, 0.02, 0.05):
            task = asyncio.create_task(press.preview(content, FileFormat.PDF))
            await asyncio.sleep(pause)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            assert await press.inspect(b"mine", TEXT) == Inspection(text="mine")


async def test_who_gives_up_while_waiting_disturbs_nobody() -> None:
    async with pressing() as press:
        child = await works(press)
        slow = asyncio.create_task(press.preview(SLOW, FileFormat.PDF, seconds=0.5))
        await asyncio.sleep(0)
        waiting = asyncio.create_task(press.inspect(b"waits", TEXT))
        await asyncio.sleep(0.1)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert lives(child)
        with pytest.raises(PressFailed):
            await slow


async def test_so_many_may_wait_and_no_more() -> None:
    async with pressing() as press:
        slow = asyncio.create_task(press.preview(SLOW, FileFormat.PDF, seconds=0.5))
        await asyncio.sleep(0)
        waiting = [asyncio.create_task(press.inspect(b"waits", TEXT)) for _ in range(32)]
        await asyncio.sleep(0)
        with pytest.raises(PressBusy):
            await press.preview(b"too much", FileFormat.PNG)
        waiting.append(asyncio.create_task(press.inspect(b"waits", TEXT)))  # an upload is not lost
        with pytest.raises(PressFailed):
            await slow
        assert await asyncio.gather(*waiting) == [Inspection(text="waits")] * 33
        await works(press)


async def test_closing_leaves_no_process_and_nobody_waiting() -> None:
    async with pressing() as press:
        child = await works(press)
        jobs = [asyncio.create_task(press.preview(SLOW, FileFormat.PDF)) for _ in range(3)]
        await asyncio.sleep(0.1)
        await press.close()
        assert not psutil.pid_exists(child.pid)
        failed = await asyncio.gather(*jobs, return_exceptions=True)
        assert [str(one) for one in failed] == ["died", "closed", "closed"]
        with pytest.raises(PressFailed, match="closed"):
            await press.inspect(b"late", TEXT)
        assert press.pid is None


async def test_a_press_that_did_nothing_is_closed_at_once() -> None:
    press = Press()
    await press.close()
    await press.close()


async def test_a_large_answer_arrives_whole() -> None:
    text = "é" * 1_000_000
    async with pressing() as press:
        assert (await press.inspect(text.encode(), TEXT)).text == text
