"""Every setting of the server. Each can be given by an environment variable, most by a command's option too."""

from pathlib import Path

import platformdirs
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

__all__ = ["BadSettings", "Settings", "load_settings"]


class BadSettings(Exception):
    """A setting cannot be used; the message names it in one line and says what to do."""


def default_data_dir() -> Path:
    return Path(platformdirs.user_data_dir("bincard", appauthor=False))


class Settings(BaseSettings):
    """The defaults run the embedded server on one machine."""

    model_config = SettingsConfigDict(env_prefix="BINCARD_", extra="ignore")

    data_dir: Path = Field(default_factory=default_data_dir)
    """Holds all that the server keeps: the database and the media files."""

    database_url: str = ""
    """Another database than SQLite in the data directory: `postgresql+psycopg://...` or `mysql+pymysql://...`."""

    host: str = "127.0.0.1"
    """The address to listen on."""

    port: int = Field(default=8000, ge=0, le=65535)
    """The port to listen on; 0 takes a free one and says which."""

    log_level: str = "warning"
    """What is logged to standard error: debug, info, warning, error."""

    readers: int = Field(default=8, ge=1, le=256)
    """How many requests that only read are answered side by side."""

    sqlite_synchronous: str = Field(default="FULL", pattern="^(?i:FULL|NORMAL|EXTRA)$")
    """FULL: what was answered survives a power cut. NORMAL: a power cut may lose the last moments, never the whole."""

    idempotency_days: int = Field(default=7, ge=1)
    """How long the answers to writes with an Idempotency-Key are kept for a repeat."""

    sign_in_tries: int = Field(default=5, ge=1)
    """How many failed sign-ins a user and address have before each further one must wait, twice as long each time."""

    token_days: int = Field(default=365, ge=1)
    """How long a new token is good."""

    valkey_url: str = ""
    """Where several processes wake each other when there are events: `valkey://host:6379/0` or `redis://...`."""

    event_days: int = Field(default=90, ge=1)
    """How long events are kept; who has been away for longer reads everything anew."""

    event_streams: int = Field(default=1000, ge=1)
    """How many streams of events one process keeps open."""

    event_streams_per_user: int = Field(default=300, ge=1)
    """How many of them one user may have."""

    event_poll_seconds: float = Field(default=2.0, ge=0.05, le=60)
    """How often to look for events that other processes wrote, as long as Valkey does not tell; only while there are
    streams."""

    event_heartbeat_seconds: float = Field(default=30.0, ge=0.1, le=300)
    """How often a stream without events shows that it lives and looks whether its token still does."""

    mail_host: str = ""
    """The mail server (SMTP) that alerts are sent through; empty: no mails."""

    mail_port: int = Field(default=587, ge=1, le=65535)
    """The port of the mail server."""

    mail_tls: str = Field(default="starttls", pattern="^(starttls|tls|none)$")
    """How the mail server is spoken to: starttls, tls (from the first byte, often port 465) or none."""

    mail_user: str = ""
    """The user at the mail server; empty: no sign-in."""

    mail_password: SecretStr = SecretStr("")
    """The password at the mail server; better in a file."""

    mail_password_file: Path | None = None
    """A file that holds the password at the mail server."""

    mail_from: str = "bincard@localhost"
    """The address that mails come from."""

    webhook_private_networks: bool = False
    """Whether webhooks may go to addresses of private networks and of this machine, also without TLS."""

    workers: int = Field(default=1, ge=0, le=16)
    """How many jobs are done side by side; 0: `serve` does none, a `bincard-server worker` does them."""

    export_to: str = ""
    """Where the files for BI go once a day: a folder, or `s3://bucket/prefix`; empty: nowhere."""

    export_hour: int = Field(default=2, ge=0, le=23)
    """From which hour (UTC) on they are written."""

    export_s3_endpoint: str = ""
    """The address of the S3 service, as `https://minio.example.com:9000`; empty: Amazon's."""

    export_s3_region: str = ""
    """The region of the bucket."""

    export_s3_key: SecretStr = SecretStr("")
    """The access key; empty: what the machine or its AWS configuration gives."""

    export_s3_secret: SecretStr = SecretStr("")
    """The secret that belongs to the access key."""

    @property
    def url(self) -> str:
        """The database's address."""
        return self.database_url or f"sqlite:///{self.data_dir / 'bincard.sqlite3'}"

    @property
    def media_dir(self) -> Path:
        """Where attachments and images lie."""
        return self.data_dir / "media"


def load_settings(**given: object) -> Settings:
    """The settings from the environment and what a command was given (None: not given). Raises BadSettings."""
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        problem = error.errors()[0]
        name = str(problem["loc"][0]) if problem["loc"] else "settings"
        raise BadSettings(
            f"{name} (BINCARD_{name.upper()}) is {problem['input']!r}: {problem['msg'].lower()}. Give another value."
        ) from None
