"""Kernels of notebooks for the tests: installed into a folder of the test, started as Jupyter starts them, and spoken to by its own client."""
import contextlib
import os
import re
import unittest

from support import MasticTest

try:
    import jupyter_client
    import jupyter_client.kernelspec
except ImportError:
    jupyter_client = None

needs_jupyter = unittest.skipUnless(jupyter_client, "needs jupyter_client")


class Ran:
    """What became of a cell."""

    def __init__(self, reply, messages):
        self.reply, self.messages = reply["content"], messages

    @property
    def status(self):
        return self.reply["status"]

    def of(self, *kinds):
        """The contents of the messages of some kinds, in their order."""
        return [message["content"] for message in self.messages if message["msg_type"] in kinds]

    def stream(self, name):
        return "".join(content["text"] for content in self.of("stream") if content["name"] == name)

    @property
    def out(self):
        return self.stream("stdout")

    @property
    def err(self):
        return self.stream("stderr")

    @property
    def states(self):
        return [content["execution_state"] for content in self.of("status")]

    @property
    def shown(self):
        """The bundles of what was displayed or is the cell's value."""
        return [content["data"] for content in self.of("display_data", "execute_result")]

    @property
    def text(self):
        """What the cell printed and the text of what it showed, in the order in which it came."""
        return "".join(content["text"] if "text" in content else content["data"]["text/plain"]
                       for content in self.of("stream", "display_data", "execute_result"))

    @property
    def complaint(self):
        """What is shown of the cell's error, without colours."""
        return re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(self.reply["traceback"]))

    def __repr__(self):
        return f"{self.reply}\n" + "\n".join(f"{message['msg_type']}: {message['content']}" for message in self.messages)


class Kernel:
    """A running kernel and a client of it."""

    def __init__(self, manager, client):
        self.manager, self.client = manager, client

    @property
    def pid(self):
        return self.manager.provisioner.process.pid

    def answer(self, message, timeout=30):
        """The reply on the shell channel to a message that was sent."""
        while True:
            reply = self.client.get_shell_msg(timeout=timeout)
            if reply["parent_header"].get("msg_id") == message:
                return reply

    def published(self, message, until="idle", timeout=30):
        """What is published for a message, up to the state or the kind of message that is waited for."""
        found = []
        while True:
            seen = self.client.get_iopub_msg(timeout=timeout)
            if seen["parent_header"].get("msg_id") != message:
                continue
            found.append(seen)
            if seen["msg_type"] == until or seen["content"].get("execution_state") == until:
                return found

    def run(self, code, timeout=60, **options):
        """Runs a cell."""
        message = self.client.execute(code, **options)
        reply = self.answer(message, timeout)
        return Ran(reply, self.published(message, timeout=timeout))

    def ask(self, kind, content, channel="shell", timeout=30):
        """Sends any request and gives the content of its answer."""
        sender = getattr(self.client, f"{channel}_channel")
        message = self.client.session.msg(kind, content)
        sender.send(message)
        while True:
            reply = getattr(self.client, f"get_{channel}_msg")(timeout=timeout)
            if reply["parent_header"].get("msg_id") == message["header"]["msg_id"]:
                return reply["content"]


class KernelTest(MasticTest):
    """A test with an installed kernel."""

    def setUp(self):
        super().setUp()
        self.environment = {"JUPYTER_DATA_DIR": self.path("jupyter"), "HOME": self.folder, "JUPYTER_RUNTIME_DIR": self.path("runtime")}
        self.install()

    def install(self, *arguments):
        return self.succeeds("kernel", "install", "--home", self.home, *arguments, env=self.environment).out.strip()

    def manager(self, name="mastic"):
        specifications = jupyter_client.kernelspec.KernelSpecManager(kernel_dirs=[self.path("jupyter", "kernels")], ensure_native_kernel=False)
        manager = jupyter_client.KernelManager(kernel_name=name, kernel_spec_manager=specifications)
        manager.connection_file = self.path(f"connection-{id(manager)}.json")
        return manager

    @contextlib.contextmanager
    def client_of(self, manager):
        client = manager.blocking_client()
        client.start_channels()
        try:
            client.wait_for_ready(timeout=60)
            yield client
        finally:
            client.stop_channels()

    def kernel(self, name="mastic", folder=None, env=None):
        """A kernel that is started and ready; it ends with the test."""
        manager = self.manager(name)
        environment = {**os.environ, **self.environment, "TZ": "UTC", "LC_ALL": "C.UTF-8", **(env or {})}
        self.log = open(self.path("kernel.log"), "a+")
        self.addCleanup(self.log.close)
        manager.start_kernel(cwd=folder or self.folder, env=environment, stderr=self.log)
        self.addCleanup(lambda: manager.has_kernel and manager.shutdown_kernel(now=True))
        client = manager.blocking_client()
        client.start_channels()
        self.addCleanup(client.stop_channels)
        client.wait_for_ready(timeout=60)
        return Kernel(manager, client)
