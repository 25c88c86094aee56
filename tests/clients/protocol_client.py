"""Follows a channel with PyPI's durable-streams and prints each message as one
line: its type, the offset up to which it was delivered, and its JSON, separated
by tabs.

usage: protocol_client.py URL sse|long-poll
"""

import json
import os
import sys
import time

import httpx
from durable_streams import stream

url, live = sys.argv[1:]
authorization = os.environ.get("AUTHORIZATION")
headers = {"Authorization": authorization} if authorization else {}
offset = "-1"

# trust_env: no proxy stands between this machine and itself.
with httpx.Client(timeout=httpx.Timeout(5, read=60), trust_env=False) as client:
    while True:
        try:
            with stream(url, offset=offset, live=live, headers=headers, client=client) as response:
                print("open\t\t", flush=True)
                for event in response.iter_events(mode="json"):
                    items = event.data if isinstance(event.data, list) else [event.data]
                    for item in items:
                        line = json.dumps(item, separators=(",", ":"))
                        print("message", event.next_offset, line, sep="\t", flush=True)
                    offset = event.next_offset or offset
        except Exception as error:  # The connection was cut or refused: begin again from there.
            print("error", "", f"{type(error).__name__}: {error}".replace("\n", " "), sep="\t", flush=True)
            if "40" in str(getattr(error, "status", "")):
                raise
        time.sleep(0.05)
