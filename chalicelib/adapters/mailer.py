"""E-mails, by Amazon SES."""

import threading
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import get_session

from chalicelib.rules.errors import Unavailable
from chalicelib.services.ports import Letter

CONFIG = Config(connect_timeout=1, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})


class SesMailer:
    """``Mailer``. The client is made by the first letter: most processes never send one."""

    def __init__(self, *, region: str, sender: str, endpoint: str = "") -> None:
        self.region = region
        self.sender = sender
        self.endpoint = endpoint
        self._lock = threading.Lock()
        self._made: Any = None

    def send(self, letter: Letter) -> None:
        try:
            self._client().send_email(**self._request(letter))
        except (BotoCoreError, ClientError) as error:
            raise Unavailable(f"mailer.send: {_code(error)}") from error

    def _request(self, letter: Letter) -> dict[str, Any]:
        request: dict[str, Any] = {
            "FromEmailAddress": self.sender,
            "Destination": {"ToAddresses": [letter.to]},
            "Content": {"Simple": {"Subject": _text(letter.subject), "Body": {"Text": _text(letter.text)}}},
        }
        if letter.reply_to:
            request["ReplyToAddresses"] = [letter.reply_to]
        return request

    def _client(self) -> Any:
        with self._lock:
            if self._made is None:
                stand_in = {"aws_access_key_id": "local", "aws_secret_access_key": "local"} if self.endpoint else {}
                self._made = get_session().create_client(
                    "sesv2", self.region, endpoint_url=self.endpoint or None, config=CONFIG, **stand_in
                )
            return self._made


def _text(data: str) -> dict[str, str]:
    return {"Data": data, "Charset": "UTF-8"}


def _code(error: Exception) -> str:
    response = getattr(error, "response", None) or {}
    return response.get("Error", {}).get("Code") or type(error).__name__
