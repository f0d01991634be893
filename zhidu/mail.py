"""`zhidu mail`: what the local sinks have received, mail and the webhooks of rehearsal companies."""

import json
from datetime import datetime
from pathlib import Path

from zhidu.embedded import mail_sink
from zhidu.failures import Failure


def show(data: Path, message: str | None) -> int:
    """List what the sinks hold, the oldest first, or print the one with this file name: the messages in DATA/mail,
    decoded, and the webhooks of rehearsal companies in DATA/webhooks."""
    directory, webhooks = data / "mail", data / "webhooks"
    if not directory.is_dir():
        # Imported here: a list of mail has no use for the settings, which take longer to read than the mail.
        from zhidu import pasting

        start = pasting.command("up", data=data)
        raise Failure(f"There is no mail in {data}: Zhidu has not run there. Start it with “{start}”, or name --data.")
    if message is None:
        return _list(directory, webhooks)
    path = next((place / Path(message).name for place in (directory, webhooks) if _holds(place, message)), None)
    if path is None:
        raise Failure(f"There is no message {Path(message).name} in {directory} or {webhooks}.")
    if path.parent == webhooks:
        print(path.read_text())
        return 0
    mail = mail_sink.read(path)
    for name in ("Date", "From", "To", "Subject", "Message-ID"):
        if name in mail:
            print(f"{name}: {mail[name]}")
    body = mail.get_body(("plain", "html"))
    print()
    print(body.get_content().rstrip("\n") if body else "(no text)")
    return 0


def _holds(directory: Path, name: str) -> bool:
    return (directory / Path(name).name).is_file()


def _list(directory: Path, webhooks: Path) -> int:
    count = 0
    for mail in mail_sink.stored(directory):
        print(f"{mail.at.astimezone():%Y-%m-%d %H:%M:%S}  {mail.to}  {mail.subject}  {mail.path.name}")
        count += 1
    print(f"{count} messages in {directory}")
    kept = sorted((_webhook(path) for path in webhooks.glob("*.json")), key=lambda each: each[:2])
    for at, name, url, fact in kept:
        print(f"{at:%Y-%m-%d %H:%M:%S}  {url}  {fact}  {name}")
    if kept:
        print(f"{len(kept)} webhooks of rehearsal companies in {webhooks}, none of which was sent")
    return 0


def _webhook(path: Path) -> tuple[datetime, str, str, str]:
    """When a kept webhook's fact came about, its file, where it would have gone, and what it tells."""
    kept = json.loads(path.read_bytes())
    at = datetime.fromisoformat(kept["body"]["timestamp"]).astimezone()
    return at, path.name, kept["url"], kept["body"]["type"]
