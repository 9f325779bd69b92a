"""Verifies a delivery with the library that receivers use. Its arguments: the secret, the three headers, the body."""

import sys

from standardwebhooks import Webhook

secret, id, timestamp, signature, body = sys.argv[1:]
headers = {"webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature}
print(Webhook(secret).verify(body, headers)["type"])
