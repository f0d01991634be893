"""`zhidu mail`: what the local sink has received."""

from pathlib import Path

from zhidu.embedded import mail_sink
from zhidu.failures import Failure


def show(data: Path, message: str | None) -> int:
    """List the messages in DATA/mail, the oldest first, or print the one with this file name, decoded."""
    directory = data / "mail"
    if not directory.is_dir():
        # Imported here: a list of mail has no use for the settings, which take longer to read than the mail.
        from zhidu import pasting

        start = pasting.command("up", data=data)
        raise Failure(f"There is no mail in {data}: Zhidu has not run there. Start it with “{start}”, or name --data.")
    if message is None:
        return _list(directory)
    path = directory / Path(message).name
    if not path.exists():
        raise Failure(f"There is no message {path.name} in {directory}.")
    mail = mail_sink.read(path)
    for name in ("Date", "From", "To", "Subject", "Message-ID"):
        if name in mail:
            print(f"{name}: {mail[name]}")
    body = mail.get_body(("plain", "html"))
    print()
    print(body.get_content().rstrip("\n") if body else "(no text)")
    return 0


def _list(directory: Path) -> int:
    count = 0
    for mail in mail_sink.stored(directory):
        print(f"{mail.received_at.astimezone():%Y-%m-%d %H:%M:%S}  {mail.to}  {mail.subject}  {mail.path.name}")
        count += 1
    print(f"{count} messages in {directory}")
    return 0
