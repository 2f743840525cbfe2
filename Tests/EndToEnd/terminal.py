"""A terminal with mastic in it: keys go in, and the screen is what an emulator makes of what comes out."""
import os
import time

import pexpect
import pyte

from support import MASTIC

# Names that keys have in tests.
TAB, ENTER, UP, DOWN, LEFT, RIGHT, ESCAPE = "\t", "\r", "\x1b[A", "\x1b[B", "\x1b[D", "\x1b[C", "\x1b"
HOME, END, DELETE, BACKSPACE = "\x1b[H", "\x1b[F", "\x1b[3~", "\x7f"


def control(letter):
    return chr(ord(letter.upper()) - 64)


class Terminal:
    """A started mastic on a screen of its own."""

    def __init__(self, *arguments, cwd, env, width=100, height=40):
        self.screen = pyte.HistoryScreen(width, height, history=5000)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""
        environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "NO_COLOR", "PAGER", "MASTIC_PAGER", "LESS")}
        environment.update({"TERM": "xterm-256color", "TZ": "UTC", **env})
        self.child = pexpect.spawn(MASTIC, [str(argument) for argument in arguments], cwd=cwd, env=environment, dimensions=(height, width), timeout=30)
        self.child.delaybeforesend = None

    # What comes out

    def read(self, seconds=0.02):
        """Takes in what has come; whether the process still lives."""
        try:
            data = self.child.read_nonblocking(1 << 16, seconds)
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.raw += data
        self.stream.feed(data)
        return True

    @property
    def lines(self):
        """The screen, without blanks at the ends of lines and empty lines below."""
        lines = [line.rstrip() for line in self.screen.display]
        while lines and not lines[-1]:
            lines.pop()
        return lines

    @property
    def text(self):
        return "\n".join(self.lines)

    @property
    def line(self):
        """The line that the cursor stands in."""
        return self.screen.display[self.screen.cursor.y].rstrip()

    def until(self, condition, what, timeout=30):
        """Waits until the screen is as it should be, and has come to rest."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            alive = self.read()
            if condition():
                while self.read(0.05) and self._fresh():
                    pass
                if condition():
                    return self
            if not alive:
                break
        raise AssertionError(f"{what} did not come; the screen:\n{self.text}")

    def _fresh(self):
        before = len(self.raw)
        self.read(0.03)
        return len(self.raw) > before

    def wait_for(self, text, timeout=30):
        return self.until(lambda: text in self.text, f"'{text}'", timeout)

    def prompt(self, word=">", timeout=30):
        """Waits for an empty prompt."""
        return self.until(lambda: self.line == word and self.screen.cursor.x == len(word) + 1, f"the prompt '{word}'", timeout)

    def end(self, timeout=30):
        """Waits for the end of the process and gives its status."""
        deadline = time.monotonic() + timeout
        while self.read() and time.monotonic() < deadline:
            pass
        self.child.wait()
        return self.child.exitstatus

    # What goes in

    def keys(self, text):
        self.child.send(text)
        return self

    def clear(self):
        """An empty screen with a prompt, so that what follows is all that is there."""
        self.keys(control("L"))
        return self.until(lambda: len(self.lines) == 1, "an empty screen")

    def run(self, text, word=">", timeout=30):
        """Enters a text on an empty screen and gives what is shown below it."""
        self.clear()
        self.keys(text + ENTER)
        start = time.monotonic()
        while self.screen.cursor.y == 0 and time.monotonic() - start < timeout:
            self.read()
        self.prompt(word, timeout)
        return self.lines[1:-1]

    def resize(self, width, height):
        self.screen.resize(height, width)
        self.child.setwinsize(height, width)
        return self

    def close(self):
        if self.child.isalive():
            self.child.close(force=True)
