"""The emulators for the Python tests, each on a free port with a clean environment: ministack, and moto beside it."""

import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).parent.parent


class Emulator:
    """ministack on a free port with a clean environment, ended by its process group."""

    def command(self, port):
        """The program with its arguments, and its own settings."""
        mine = {"AUTH": "true", "GATEWAY_PORT": str(port), "AWS_ENDPOINT_URL": self.endpoint, "SFN_WAIT_SCALE": "0.01"}
        # It is nobody's but this machine's; its MQTT listener has no such setting.
        return [ROOT / ".venv/bin/ministack"], mine | {"BIND_HOST": "127.0.0.1", "IOT_MTLS_ENABLED": "0"}

    def __enter__(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.endpoint = f"http://127.0.0.1:{port}"
        self.home = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        clean = {"PATH": os.environ["PATH"], "HOME": self.home.name, "TMPDIR": self.home.name}
        program, mine = self.command(port)
        log = open(pathlib.Path(self.home.name) / "emulator.log", "wb")
        self.process = subprocess.Popen(
            program, env=clean | mine, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
        )
        try:
            wait_for("the emulator", lambda: self.process.poll() is not None or reachable(port), 60)
            if self.process.poll() is not None:
                sys.exit(f"the emulator ended at once:\n{pathlib.Path(log.name).read_text()}")
        except BaseException:
            # What has not begun is not left: it must not stay behind.
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        try:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(10)
            os.killpg(self.process.pid, signal.SIGKILL)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.home.cleanup()


class Moto(Emulator):
    """moto's server. It refuses nobody; a key that it did not give itself is the management account's."""

    def command(self, port):
        arguments = ["-H", "127.0.0.1", "-p", str(port)]
        # With MOTO_ACCOUNT_ID every key would be of that account.
        return [ROOT / ".venv/bin/moto_server", *arguments], {}


def reachable(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


def wait_for(what, holds, seconds):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = holds()
        if found:
            return found
        time.sleep(0.2)
    sys.exit(f"{what}: not within {seconds} s")
