"""How often each fault is tried."""

import os
import random


def runs(few: int, every: int) -> int:
    return every if os.environ.get("FAULTS") == "full" else few


def chance(name: str) -> random.Random:
    return random.Random(f"{os.environ.get('FAULTS_SEED', '0')}:{name}")
