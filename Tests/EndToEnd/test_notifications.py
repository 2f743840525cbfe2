"""Messages reach commands, webhooks and mail servers."""
import email
import email.policy
import hashlib
import hmac
import http.server
import json
import socketserver
import threading

from support import MasticTest


class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append((self.path, dict(self.headers), body))
        self.send_response(self.server.status)
        if 300 <= self.server.status < 400:
            self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(b"words \x1b[31m of the server")

    def log_message(self, *_):
        pass


class Mail(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as a sender needs."""

    def handle(self):
        say = lambda text: self.wfile.write(text.encode() + b"\r\n")
        say("220 ready")
        while line := self.rfile.readline():
            words = line.decode().strip()
            self.server.commands.append(words)
            command = words.upper().split(":")[0].split(" ")[0]
            if command == "DATA":
                say("354 go on")
                lines = []
                while (data := self.rfile.readline()) not in (b".\r\n", b""):
                    lines.append(data)
                self.server.mails.append(b"".join(lines))
                say("250 taken")
            elif command == "RCPT" and "nobody" in words:
                say("550 no such box")
            elif command == "QUIT":
                return say("221 bye")
            else:
                say("250 fine")


class NotificationTests(MasticTest):
    def serve(self, handler, **members):
        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler)
        server.daemon_threads = True
        for name, value in members.items():
            setattr(server, name, value)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server, server.server_address[1]

    def test_webhook(self):
        server, port = self.serve(Hook, requests=[], status=204)
        self.succeeds("notify", "test", "--webhook", f"http://127.0.0.1:{port}/hook?x=1", "--secret", "HOOK_KEY", env={"HOOK_KEY": "geheim é"})
        ((path, headers, body),) = server.requests
        self.assertEqual(path, "/hook?x=1")
        message = json.loads(body)
        self.assertEqual((message["Type"], message["State"]), ("Test", "SUCCEEDED"))
        self.assertEqual(headers["X-Mastic-Signature"], "sha256=" + hmac.new("geheim é".encode(), body, hashlib.sha256).hexdigest())
        self.assertEqual(headers["X-Mastic-Delivery"], message["Id"])
        self.assertTrue(headers["X-Mastic-Timestamp"].isdigit())
        self.assertEqual(headers["Content-Type"], "application/json; charset=utf-8")

    def test_webhooks_that_refuse(self):
        for status, says in [(500, "the answer is 500: words \\u{1B}[31m of the server"), (302, "redirects are not followed"), (410, "the answer is 410")]:
            server, port = self.serve(Hook, requests=[], status=status)
            self.fails("notify", "test", "--webhook", f"http://127.0.0.1:{port}/", says=[says])
            self.assertEqual(len(server.requests), 1)
        self.fails("notify", "test", "--webhook", "http://127.0.0.1:1/", says=["the message was not sent"])
        self.fails("notify", "test", "--webhook", "file:///etc/passwd", says=["a webhook is an http:// or https:// address"])
        self.fails("notify", "test", "--webhook", "http://127.0.0.1:1/", "--secret", "NO_SUCH_KEY", says=["NO_SUCH_KEY"])
        self.fails("notify", "test", status=2)

    def test_a_server_that_is_no_web_server(self):
        class Garbage(socketserver.BaseRequestHandler):
            def handle(self):
                self.request.recv(65536)
                self.request.sendall(b"\x00" * 100_000)
        _, port = self.serve(Garbage)
        self.fails("notify", "test", "--webhook", f"http://127.0.0.1:{port}/", says=["the message was not sent"])

    def test_mail(self):
        server, port = self.serve(Mail, commands=[], mails=[])
        env = {"MASTIC_SMTP_URL": f"smtp://127.0.0.1:{port}", "MASTIC_SMTP_FROM": "mastic@example.com"}
        self.succeeds("notify", "test", "--mail", "a@example.com, b@example.com", env=env)
        (mail,) = server.mails
        message = email.message_from_bytes(mail, policy=email.policy.default)
        self.assertEqual((message["From"], message["To"]), ("mastic@example.com", "a@example.com, b@example.com"))
        self.assertEqual(message["Subject"], "[mastic] test: SUCCEEDED")
        self.assertIn("This message was sent to try the way to you.", message.get_content())
        self.assertEqual([c for c in server.commands if c.startswith("RCPT")], ["RCPT TO:<a@example.com>", "RCPT TO:<b@example.com>"])
        self.fails("notify", "test", "--mail", "nobody@example.com", env=env, says=["the message was not sent"])
        self.fails("notify", "test", "--mail", "a@example.com\r\nRCPT TO:<x@y>", env=env, says=["is no mail address"])
        self.fails("notify", "test", "--mail", "a@example.com", says=["smtp_url"])
        # A password does not go over a connection that anybody can read.
        self.fails("notify", "test", "--mail", "a@example.com", env={**env, "MASTIC_SMTP_USER": "u", "MASTIC_SMTP_PASSWORD": "p"}, says=["the message was not sent"])
        self.assertFalse([c for c in server.commands if c.upper().startswith("AUTH")])

    def test_command(self):
        self.succeeds("notify", "test", "--command", 'cat > told; echo "$MASTIC_SUBJECT" >> told')
        with open(self.path("told"), encoding="utf-8") as file:
            text = file.read()
        self.assertIn("This message was sent to try the way to you.", text)
        self.assertTrue(text.endswith("[mastic] test: SUCCEEDED\n"))
        self.fails("notify", "test", "--command", "echo that is wrong >&2; exit 7", says=["the command ended with status 7: that is wrong"])
        self.fails("notify", "test", "--command", "kill -9 $$", says=["signal 9"])

    def test_nothing_waits(self):
        self.succeeds("notify", "send")
