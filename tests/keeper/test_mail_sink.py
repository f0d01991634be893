"""The mail sink keeps every message in a file of its own, and a message that comes again only once."""

import asyncio
import json
import os
import signal
import tempfile
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhidu import mail
from zhidu.embedded import mail_sink
from zhidu.failures import Failure


def message(message_id: str, subject: str, text: str) -> EmailMessage:
    made = EmailMessage()
    made["Message-ID"], made["Subject"] = message_id, subject
    made["From"], made["To"] = "zhidu@example.com", "li@example.com"
    made.set_content(text)
    return made


@given(st.text(max_size=400))
def test_a_file_name_is_safe_whatever_the_message_id(message_id: str) -> None:
    name = mail_sink.file_name(message_id, b"content")
    assert Path(name).name == name
    assert not name.startswith(".")
    assert name.endswith(".eml")
    assert len(name.encode()) < 200


@given(st.text(min_size=1, max_size=200), st.text(min_size=1, max_size=200))
def test_two_message_ids_never_share_a_file(one: str, other: str) -> None:
    bare = [text.strip().removeprefix("<").removesuffix(">") for text in (one, other)]
    same = mail_sink.file_name(one, b"") == mail_sink.file_name(other, b"")
    assert same == (bare[0] == bare[1])


def test_a_message_sent_again_replaces_itself() -> None:
    with tempfile.TemporaryDirectory() as directory:
        mail_sink.store(Path(directory), bytes(message("<dunning-7@zhidu>", "First", "one")))
        mail_sink.store(Path(directory), bytes(message("<dunning-7@zhidu>", "Again", "two")))
        assert [(kept.path.name, kept.subject) for kept in mail_sink.stored(Path(directory))] == [
            ("dunning-7@zhidu.eml", "Again")
        ]


async def test_what_is_sent_by_smtp_is_kept_and_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    listening = mail_sink.listening_socket()
    port = listening.getsockname()[1]
    listening.setblocking(False)
    serving = asyncio.create_task(mail_sink.serve(listening, tmp_path / "mail"))
    sent = message("<notice@zhidu>", "离职申请已批准", "最后工作日:2026-03-31。")
    await aiosmtplib.send(sent, hostname="127.0.0.1", port=port, start_tls=False)
    os.kill(os.getpid(), signal.SIGTERM)
    await serving
    assert mail.show(tmp_path, None) == 0
    assert "li@example.com  离职申请已批准  notice@zhidu.eml" in capsys.readouterr().out
    assert mail.show(tmp_path, "notice@zhidu.eml") == 0
    assert "最后工作日:2026-03-31。" in capsys.readouterr().out


async def test_a_message_that_cannot_be_stored_is_not_accepted(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("in the way")
    listening = mail_sink.listening_socket()
    port = listening.getsockname()[1]
    listening.setblocking(False)
    serving = asyncio.create_task(mail_sink.serve(listening, tmp_path / "mail"))
    with pytest.raises(aiosmtplib.SMTPDataError, match="cannot be stored"):
        await aiosmtplib.send(message("<a@b>", "x", "y"), hostname="127.0.0.1", port=port, start_tls=False)
    os.kill(os.getpid(), signal.SIGTERM)
    await serving


def test_a_letter_is_listed_by_its_own_date(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    letter = message("<notice@zhidu>", "Notice", "one")
    letter["Date"] = datetime(2031, 5, 4, 3, 2, 1, tzinfo=UTC)
    mail_sink.store(tmp_path / "mail", bytes(letter))
    mail_sink.store(tmp_path / "mail", bytes(message("<undated@zhidu>", "Undated", "two")))
    assert mail.show(tmp_path, None) == 0
    dated = f"{datetime(2031, 5, 4, 3, 2, 1, tzinfo=UTC).astimezone():%Y-%m-%d %H:%M:%S}"
    lines = capsys.readouterr().out.splitlines()
    assert [line.startswith(dated) for line in lines] == [True, False, False]


def test_webhooks_of_rehearsals_are_listed_and_printed_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mail").mkdir()
    (tmp_path / "webhooks").mkdir()
    body = {"type": "requests.submitted", "timestamp": "2031-05-04T03:02:01+00:00", "data": {}}
    kept = {"webhook_id": "7", "url": "https://hooks.example/in", "body": body}
    (tmp_path / "webhooks" / "7.json").write_text(json.dumps(kept))
    assert mail.show(tmp_path, None) == 0
    told = capsys.readouterr().out
    assert "https://hooks.example/in  requests.submitted  7.json" in told
    assert mail.show(tmp_path, "7.json") == 0
    assert json.loads(capsys.readouterr().out) == kept
    with pytest.raises(Failure):
        mail.show(tmp_path, "8.json")
