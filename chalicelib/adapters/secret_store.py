"""The deployed portal's secrets, in SSM. They are read once, when a process starts.

It is one call, signed by hand: botocore's own client for SSM would load a megabyte of service model at every cold
start.
"""

import json

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import BotoCoreError
from botocore.httpsession import URLLib3Session
from botocore.session import get_session

from chalicelib.rules.errors import Unavailable

MOST_ATTEMPTS = 3


def read_secrets(path: str, *, region: str, endpoint: str = "") -> dict[str, str]:
    """Every parameter below ``path``, decrypted, by the last part of its name. Raises Unavailable."""
    credentials = get_session().get_credentials()
    if credentials is None:
        raise Unavailable("secrets: no AWS credentials")
    address = endpoint or f"https://ssm.{region}.amazonaws.com"
    asked = json.dumps({"Path": path, "WithDecryption": True})
    headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "AmazonSSM.GetParametersByPath"}
    request = AWSRequest("POST", f"{address}/", headers=headers, data=asked)
    SigV4Auth(credentials, "ssm", region).add_auth(request)
    body = _sent(request)
    return {one["Name"].rpartition("/")[2]: one["Value"] for one in json.loads(body)["Parameters"]}


def _sent(request: AWSRequest) -> bytes:
    why = ""
    http = URLLib3Session(timeout=(1, 3))
    for _ in range(MOST_ATTEMPTS):
        try:
            answer = http.send(request.prepare())
        except BotoCoreError as error:
            why = type(error).__name__
            continue
        if answer.status_code == 200:
            content: bytes = answer.content
            return content
        why = f"HTTP {answer.status_code} {answer.text[:200]}"
    raise Unavailable(f"secrets: {why}")
