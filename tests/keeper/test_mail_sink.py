"""The mail sink keeps every message in a file of its own, and a message that comes again only once."""

import asyncio
import os
import signal
import tempfile
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhidu import mail
from zhidu.embedded import mail_sink


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
