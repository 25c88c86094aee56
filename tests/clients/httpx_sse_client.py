"""Follows an event stream with httpx-sse and prints each event as one line:
its type, its id and its data, separated by tabs.

httpx-sse reads streams but leaves the reconnecting to its user; this is the
loop that its users write.
"""

import sys
import time

import httpx
from httpx_sse import connect_sse

url = sys.argv[1]
last_event_id = ""
retry_ms = 200

with httpx.Client(timeout=httpx.Timeout(5, read=60), trust_env=False) as client:
    while True:
        headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
        try:
            with connect_sse(client, "GET", url, headers=headers) as source:
                source.response.raise_for_status()
                print("open\t\t", flush=True)
                for sse in source.iter_sse():
                    last_event_id = sse.id or last_event_id
                    if sse.retry is not None:
                        retry_ms = sse.retry
                    print(sse.event, sse.id, sse.data, sep="\t", flush=True)
        except httpx.TransportError:
            pass  # The connection was cut or refused: try again.
        time.sleep(retry_ms / 1000)
