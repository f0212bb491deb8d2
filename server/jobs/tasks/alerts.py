"""Looking for what is wrong every minute, and telling users of it."""

from datetime import timedelta
from typing import Any

from sqlalchemy import delete

from server.alerts.checking import check_all
from server.alerts.delivery import Sender, deliver_due
from server.alerts.faults import forget_faults
from server.alerts.mail import MailServer
from server.alerts.telling import DELIVER, DELIVERIES, SENT
from server.jobs.declaring import JobFailed, Work, job
from server.settings import Settings

__all__ = ["JOBS", "check_alerts", "deliver_alerts", "prune_alerts", "sender_of"]

KEPT_SENT = timedelta(days=30)


def sender_of(settings: Settings) -> Sender:
    """How messages leave. Raises JobFailed where the file with the password cannot be read."""
    if not settings.mail_host:
        return Sender(None, settings.webhook_private_networks)
    password = settings.mail_password.get_secret_value()
    if settings.mail_password_file is not None:
        try:
            password = settings.mail_password_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise JobFailed(f"BINCARD_MAIL_PASSWORD_FILE cannot be read ({type(error).__name__})") from None
    server = MailServer(
        settings.mail_host, settings.mail_port, settings.mail_tls, settings.mail_user, password, settings.mail_from
    )
    return Sender(server, settings.webhook_private_networks)


@job("check_alerts", "Look for everything that alerts tell of.", every=timedelta(minutes=1), tries=1)
def check_alerts(work: Work) -> dict[str, int]:
    """What stands, what was opened and closed, over all kinds."""
    done = check_all(work.database, work.now, data_dir=work.settings.data_dir).values()
    return {
        "found": sum(one.found for one in done), "opened": sum(one.opened for one in done),
        "recovered": sum(one.recovered for one in done),
    }  # fmt: skip


@job(DELIVER, "Send the mails and webhooks of alerts that are due.", every=timedelta(minutes=1), tries=1)
def deliver_alerts(work: Work) -> dict[str, int]:
    """How many messages were sent, and how many failed (they are tried again)."""
    sent, failed = deliver_due(work.database, work.now, sender_of(work.settings))
    return {"sent": sent, "failed": failed}


@job("prune_alerts", "Forget what was sent long ago, and faults of more than a day.", every=timedelta(hours=6))
def prune_alerts(work: Work) -> dict[str, int]:
    """How many of each are gone."""
    old = delete(DELIVERIES).where(DELIVERIES.c.status == SENT, DELIVERIES.c.sent_at < work.now - KEPT_SENT)

    def run(session: Any) -> dict[str, int]:
        return {"deliveries": session.execute(old).rowcount, "faults": forget_faults(session, work.now)}

    return work.database.run_write(run)


JOBS = (check_alerts, deliver_alerts, prune_alerts)
