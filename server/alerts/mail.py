"""Sending mails through an SMTP server."""

import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TYPE_CHECKING

from server.alerts.webhook import SendFailed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

__all__ = ["MailServer", "compose", "send"]

TIMEOUT_SECONDS = 20


@dataclass(frozen=True, slots=True)
class MailServer:
    """How mails leave. `tls`: "starttls", "tls" or "none"."""

    host: str
    port: int = 587
    tls: str = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    sender: str = "bincard@localhost"


def compose(
    server: MailServer, to: str, subject: str, lines: "Sequence[str]", key: str, when: "datetime"
) -> EmailMessage:  # fmt: skip
    """A mail; `key` makes its Message-ID, so that a mail that is sent again is known as the same. Raises SendFailed for
    an address that is none."""
    message = EmailMessage()
    domain = server.sender.rpartition("@")[2] or "localhost"
    try:
        message["From"], message["To"], message["Subject"] = server.sender, to, subject
    except (ValueError, IndexError):
        raise SendFailed("the address of the sender or receiver is none") from None
    message["Date"] = format_datetime(when)
    message["Message-ID"] = f"<{key}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content("\n".join(lines) + "\n")
    return message


def send(server: MailServer, message: EmailMessage) -> None:
    """Hand a mail over. Raises SendFailed with what the server said; the password is never in it."""
    try:
        with _connected(server) as client:
            if server.user:
                client.login(server.user, server.password)
            client.send_message(message)
    except smtplib.SMTPAuthenticationError as error:
        raise SendFailed(f"{server.host} refuses user and password ({error.smtp_code})") from None
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise SendFailed(f"{server.host}: {type(error).__name__}: {error}"[:500]) from None


def _connected(server: MailServer) -> smtplib.SMTP:
    context = ssl.create_default_context() if server.tls != "none" else None
    if server.tls == "tls":
        return smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_SECONDS, context=context)
    client = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_SECONDS)
    if server.tls == "starttls":
        try:
            client.starttls(context=context)
        except BaseException:
            client.close()
            raise
    return client
