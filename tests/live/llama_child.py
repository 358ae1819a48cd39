"""The child process of `llama.py`: serves the weights, port and key of its arguments until it is killed."""

import ctypes
import signal
import sys
import threading

import xllamacpp

_PR_SET_PDEATHSIG = 1


def _parameters(weights: str, port: int, key: str) -> xllamacpp.CommonParams:
    params = xllamacpp.CommonParams()
    params.model.path = weights
    params.n_ctx = 8192  # 2048 for each of four at once: instructions, history and a reply
    params.n_parallel = 4
    params.cpuparams.n_threads = 2
    params.cpuparams_batch.n_threads = 2
    params.hostnames = ["127.0.0.1"]
    params.port = port
    params.ui = False
    params.endpoint_metrics = True  # the tests ask how many replies are being written
    params.endpoint_slots = False
    params.api_keys = [key]
    return params


if __name__ == "__main__":
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # it must not outlive the tests
    server = xllamacpp.Server(_parameters(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
    threading.Event().wait()
