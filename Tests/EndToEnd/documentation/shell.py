"""Runs commands and scripts of a page in a temporary folder, as its reader would in a terminal."""
import fcntl
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import tempfile
import termios
import time

import pyte

LIMIT_SECONDS = 120


class Outcome:
    """What came of a command: its exit status and what it printed."""

    def __init__(self, status, out, err=""):
        self.status, self.out, self.err = status, out, err


class Shell:
    """A folder, a home, and the environment that commands hand to those behind them: variables, functions, the working directory."""

    def __init__(self, mastic, repository):
        self.root = os.path.realpath(tempfile.mkdtemp(prefix="mastic-docs-"))
        self.mastic, self.repository = mastic, repository
        self.services, self.status = [], 0
        self.fresh_folder()

    def fresh_folder(self):
        """An empty working folder and home."""
        self.end_services()
        self.home, self.folder, self.bin = (os.path.join(self.root, name) for name in ["home", "data", "bin"])
        for folder in [self.home, self.folder, self.bin]:
            shutil.rmtree(folder, ignore_errors=True)
            os.makedirs(folder)
        os.symlink(self.mastic, os.path.join(self.bin, "mastic"))
        self.state = os.path.join(self.root, "state")
        with open(self.state, "w", encoding="utf-8"):
            pass
        self.status = 0

    def end(self):
        self.end_services()
        shutil.rmtree(self.root, ignore_errors=True)

    def end_services(self):
        for child in self.services:
            try:
                os.killpg(child.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            child.wait()
        self.services = []

    def environment(self):
        kept = {name: value for name, value in os.environ.items() if not re.match(r"(MASTIC|AWS|XDG|LC|GLUE)_|MASTIC$|LANG|TERM|COLUMNS|LINES|NO_COLOR|CLICOLOR", name)}
        return {**kept, "PATH": self.bin + ":" + os.environ.get("PATH", "/usr/bin:/bin"), "HOME": self.home, "TZ": "UTC", "LC_ALL": "C.UTF-8", "NO_COLOR": "1",
                "TERM": "xterm", "PAGER": "cat", "REPOSITORY": self.repository}

    def shown(self, text):
        """A text with the temporary folders under the names that the pages have for them."""
        return text.replace(self.folder, "/data").replace(self.home, "/home/you").replace(self.repository, "/mastic")

    def wrapped(self, command):
        """A command for bash between what it takes over and what it leaves behind."""
        state, folder = self.state, self.folder
        return (f'cd {folder}; . {state}; (exit {self.status})\n{command}\n'
                f'__status=$?; {{ declare -f; declare -px | grep -v "^declare -[a-z]*r"; printf "cd %q\\n" "$PWD"; }} > {state} 2>/dev/null; exit $__status')

    def hidden(self, command, service=False):
        """Runs what the page does not show. A service goes on until the page ends."""
        child = subprocess.Popen(["bash", "-c", self.wrapped(command)], cwd=self.folder, env=self.environment(), stdin=subprocess.DEVNULL,
                                 stdout=subprocess.DEVNULL if service else subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
        self.services.append(child)
        if service:
            return Outcome(0, "")
        try:
            out, _ = child.communicate(timeout=LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            out, _ = child.communicate()
            return Outcome(-signal.SIGKILL, self.shown(out.decode("utf-8", "replace")) + f"\nno end after {LIMIT_SECONDS} s")
        return Outcome(child.returncode, self.shown(out.decode("utf-8", "replace")))

    def run(self, words):
        """Runs a program with its outputs apart from each other."""
        try:
            done = subprocess.run(words, cwd=self.folder, env=self.environment(), stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            return Outcome(-signal.SIGKILL, "", f"no end after {LIMIT_SECONDS} s")
        return Outcome(done.returncode, self.shown(done.stdout.decode("utf-8", "replace")), self.shown(done.stderr.decode("utf-8", "replace")))

    def terminal(self, command, width=150):
        """Runs a command in a terminal and gives what its screen shows at the end."""
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 60, width, 0, 0))

        def own_terminal():
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        child = subprocess.Popen(["bash", "-c", self.wrapped(command)], cwd=self.folder, env=self.environment(), stdin=slave, stdout=slave, stderr=slave,
                                 preexec_fn=own_terminal)
        os.close(slave)
        # What waits for an answer gets the end of its input.
        os.write(master, b"\x04")
        output, deadline, ended = b"", time.monotonic() + LIMIT_SECONDS, None
        while time.monotonic() < deadline:
            ready, _, _ = select.select([master], [], [], 0.05)
            if ready:
                try:
                    piece = os.read(master, 65536)
                except OSError:
                    break
                if not piece:
                    break
                output += piece
            elif child.poll() is not None:
                # What the command left running may hold the terminal.
                break
        else:
            ended = f"\nno end after {LIMIT_SECONDS} s"
            os.killpg(child.pid, signal.SIGKILL)
        self.status = child.wait()
        os.close(master)
        return Outcome(self.status, self.shown(self.screen(output)) + (ended or ""))

    @staticmethod
    def screen(output):
        """The text that a terminal shows after this output. Long lines are not broken."""
        text = output.decode("utf-8", "replace")
        if text.startswith("^D\x08\x08"):
            text = text[4:]
        if "\x1b" not in text and not re.search(r"\r(?!\n)|\x08", text):
            return text.replace("\r\n", "\n").expandtabs()
        lines = text.count("\n") + 60
        screen = pyte.Screen(max(200, max(len(line) for line in text.split("\n")) + 1), lines)
        pyte.Stream(screen).feed(text)
        return "\n".join(line.rstrip() for line in screen.display)
