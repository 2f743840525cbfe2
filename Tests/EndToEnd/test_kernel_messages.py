"""What a kernel does with messages that are none, that nobody signed, and that come in floods."""
import json
import os
import random

from kernels import KernelTest, jupyter_client, needs_jupyter

try:
    import zmq
except ImportError:
    zmq = None


@needs_jupyter
class Messages(KernelTest):
    def setUp(self):
        super().setUp()
        self.cells = self.kernel()
        self.context = zmq.Context()
        self.addCleanup(self.context.destroy, linger=0)

    def socket(self, channel="shell", kind=None):
        socket = self.context.socket(kind or zmq.DEALER)
        socket.linger = 0
        socket.connect(f"tcp://127.0.0.1:{getattr(self.cells.manager, channel + '_port')}")
        return socket

    def still_works(self):
        self.assertEqual(self.cells.run("print('works')").out, "works\n")

    def parts(self, kind="execute_request", content=None, key=None):
        """A message as it goes over the wire, signed with a key."""
        session = jupyter_client.session.Session(key=self.cells.manager.session.key if key is None else key)
        return session.serialize(session.msg(kind, content if content is not None else {"code": "print('forged')", "silent": False}))

    def signed(self, *parts):
        """Any four parts with the right signature."""
        session = jupyter_client.session.Session(key=self.cells.manager.session.key)
        return [b"<IDS|MSG>", session.sign(list(parts)), *parts]

    def test_what_is_signed_with_another_key_is_not_run(self):
        socket = self.socket()
        for key in [b"another", b"x" * 200]:
            socket.send_multipart(self.parts(key=key))
        unsigned = self.parts()
        unsigned[1] = b""
        socket.send_multipart(unsigned)
        shortened = self.parts()
        shortened[1] = shortened[1][:10]
        socket.send_multipart(shortened)
        changed = self.parts()
        changed[5] = changed[5].replace(b"forged", b"FORGED")
        socket.send_multipart(changed)
        self.assertEqual(socket.poll(1000), 0)
        self.assertEqual(self.cells.run("print('mine')").reply["execution_count"], 1)
        self.log.seek(0)
        self.assertEqual(self.log.read(), "mastic kernel: dropped on shell: a message whose signature is not that of the connection file's key\n" * 5)

    def test_a_message_that_is_well_is_answered_on_the_same_socket(self):
        socket = self.socket()
        socket.send_multipart(self.parts("kernel_info_request", {}))
        self.assertNotEqual(socket.poll(10000), 0)
        self.assertIn(b'"implementation":"mastic"', socket.recv_multipart()[-1])

    def test_parts_that_are_no_message(self):
        header = json.dumps({"msg_id": "1", "msg_type": "kernel_info_request", "session": "s", "username": "u", "date": "", "version": "5.3"}).encode()
        messages = [
            [b""], [b"<IDS|MSG>"], [b"a", b"b", b"c"], [b"<IDS|MSG>", b"", b"{}", b"{}"], [b"<IDS|MSG>"] * 8,
            self.signed(b"not json", b"{}", b"{}", b"{}"), self.signed(b"[]", b"{}", b"{}", b"{}"), self.signed(b"{}", b"{}", b"{}", b"{}"),
            self.signed(b'{"msg_type": 5, "msg_id": "1"}', b"{}", b"{}", b"{}"), self.signed(header, b"[1]", b"{}", b"{}"),
            self.signed(header, b"{}", b"nil", b"{}"), self.signed(header, b"{}", b"{}", b'{"a": '), self.signed(header, b"{}", b"{}", b"\xff\xfe"),
            self.signed(b'{"x": "' + b"y" * 100000 + b'", "msg_type": "kernel_info_request", "msg_id": "1"}', b"{}", b"{}", b"{}"),
            self.signed(header, b"{}", b"{}", b'{"a": ' + b"[" * 100000 + b"]" * 100000 + b"}"), [b"x"] * 5000,
            self.signed(header.replace(b"kernel_info_request", b"\\u0000"), b"{}", b"{}", b"{}"),
        ]
        for channel in ["shell", "control", "stdin"]:
            socket = self.socket(channel)
            for message in messages:
                socket.send_multipart(message)
        self.still_works()

    def test_any_bytes_on_any_channel(self):
        random.seed(20)
        whole = self.parts("is_complete_request", {"code": "x"})
        for channel in ["shell", "control", "stdin", "iopub", "hb"]:
            socket = self.socket(channel, zmq.XSUB if channel == "iopub" else None)
            for _ in range(200):
                message = [bytes(part) for part in whole]
                for _ in range(random.randint(1, 3)):
                    at = random.randrange(len(message))
                    change = random.randrange(4)
                    if change == 0:
                        message[at] = random.randbytes(random.randint(0, 300))
                    elif change == 1 and len(message) > 1:
                        del message[at]
                    elif change == 2:
                        message.insert(at, random.choice([b"", b"<IDS|MSG>", b"{}", b"\x00\xff"]))
                    elif message[at]:
                        place = random.randrange(len(message[at]))
                        message[at] = message[at][:place] + bytes([random.randrange(256)]) + message[at][place + 1:]
                socket.send_multipart(message)
        self.still_works()

    def test_bytes_that_are_not_even_zeromq(self):
        import socket as sockets
        for channel in ["shell_port", "iopub_port", "hb_port"]:
            with sockets.create_connection(("127.0.0.1", getattr(self.cells.manager, channel))) as connection:
                connection.sendall(b"GET / HTTP/1.1\r\n\r\n" + os.urandom(1000))
        self.still_works()

    def test_content_of_wrong_types(self):
        for kind, contents in {
            "execute_request": [{"code": None}, {"code": []}, {"code": "x = 1", "silent": "yes", "user_expressions": [1], "stop_on_error": 5}],
            "complete_request": [{}, {"code": 5, "cursor_pos": "x"}, {"code": "pri", "cursor_pos": 1e300}, {"code": "pri", "cursor_pos": -(2 ** 63)}],
            "inspect_request": [{}, {"code": {}, "cursor_pos": None}], "is_complete_request": [{}, {"code": 1}],
            "history_request": [{}, {"hist_access_type": "x"}, {"hist_access_type": "tail", "n": -5}, {"hist_access_type": "range", "start": "a", "stop": -1},
                                {"hist_access_type": "search", "pattern": 5}],
            "comm_info_request": [{"target_name": 5}], "comm_open": [], "shutdown": [],
        }.items():
            for content in contents:
                self.assertIn(self.cells.ask(kind, content)["status"], ("ok", "error", "complete"), (kind, content))
        self.still_works()

    def test_a_cell_of_megabytes(self):
        text = "x" * (20 << 20)
        ran = self.cells.run(f"s = '{text}' print(#s)")
        self.assertEqual(ran.out, f"{20 << 20}\n")

    def test_a_flood_of_questions_is_answered(self):
        client = self.cells.client
        sent = [client.is_complete(f"x = {i}") for i in range(2000)]
        answered = {client.get_shell_msg(timeout=30)["parent_header"]["msg_id"] for _ in sent}
        self.assertEqual(answered, set(sent))

    def test_who_subscribes_is_welcomed(self):
        socket = self.socket("iopub", zmq.SUB)
        socket.setsockopt(zmq.SUBSCRIBE, b"")
        self.assertNotEqual(socket.poll(10000), 0)
        parts = socket.recv_multipart()
        self.assertIn(b'"msg_type":"iopub_welcome"', parts[parts.index(b"<IDS|MSG>") + 2])

    def test_a_subscriber_that_reads_nothing_does_not_hold_up_a_cell_for_ever(self):
        socket = self.socket("iopub", zmq.SUB)
        socket.rcvhwm = 1
        socket.setsockopt(zmq.SUBSCRIBE, b"")
        ran = self.cells.run("local line = ('y'):rep(1000) for i = 1, 100000 do print(line) end", timeout=120)
        self.assertEqual(ran.status, "ok")
        self.assertEqual(len(ran.out), 100000 * 1001)

    def test_heartbeats_come_back_as_they_are(self):
        socket = self.socket("hb", zmq.REQ)
        for beat in [b"ping", b"", os.urandom(1000)]:
            socket.send(beat)
            self.assertNotEqual(socket.poll(10000), 0)
            self.assertEqual(socket.recv(), beat)

    def test_a_kernel_without_a_key_takes_unsigned_messages(self):
        connection = self.path("open.json")
        jupyter_client.connect.write_connection_file(connection, key=b"")
        self.start("kernel", "start", "--connection-file", connection)
        client = jupyter_client.BlockingKernelClient(connection_file=connection)
        client.load_connection_file()
        client.start_channels()
        self.addCleanup(client.stop_channels)
        client.wait_for_ready(timeout=60)
        message = client.execute("x = 1")
        while True:
            reply = client.get_shell_msg(timeout=30)
            if reply["parent_header"].get("msg_id") == message:
                break
        self.assertEqual(reply["content"]["status"], "ok")
        client.shutdown()
