"""Run the fake catalogues: python -m tests.fake_services --port 8099 [--recorded FOLDER]"""

import argparse
import json
import time
from pathlib import Path

from tests.fake_services import FakeServices


def main() -> None:
    parser = argparse.ArgumentParser(description="Catalogues on this machine, for tests and demonstrations.")
    parser.add_argument("--port", type=int, default=8099)
    parser.add_argument("--recorded", type=Path, help="folder of recorded answers, asked first")
    options = parser.parse_args()
    with FakeServices(options.port, options.recorded) as fake:
        print(f"HARVESTERS = {json.dumps(fake.harvesters)}", flush=True)
        while True:
            time.sleep(3600)


if __name__ == "__main__":
    main()
