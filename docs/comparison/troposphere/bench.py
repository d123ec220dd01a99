"""`bench.py orders|queues [REPEAT]`: prints the template, or the milliseconds of each of REPEAT renders."""

import sys
import time

from troposphere import Template
from troposphere.sqs import Queue

from orders import orders


def queues() -> Template:
    t = Template()
    for i in range(500):
        t.add_resource(Queue(f"Queue{i}", VisibilityTimeout=180))
    return t


build = queues if sys.argv[1] == "queues" else orders
repeat = int(sys.argv[2]) if len(sys.argv) > 2 else 0
if repeat == 0:
    print(build().to_json())
for _ in range(repeat):
    start = time.perf_counter()
    build().to_json()
    print(f"{(time.perf_counter() - start) * 1000:.3f}")
