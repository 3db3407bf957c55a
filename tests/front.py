"""What the emulator lacks of AWS and `make deploy` relies on, in front of it.

- S3 refuses a call whose expected owner is not the bucket's.
- Organizations has a delegation policy.

Everything else goes on to the emulator as it came.
"""

import http.client
import http.server
import json
import threading
import urllib.parse

HOP = {"connection", "transfer-encoding", "keep-alive"}


class Front:
    """A server in front of an emulator."""

    def __init__(self, endpoint):
        self.emulator = urllib.parse.urlsplit(endpoint).netloc
        # Buckets of other accounts, with their owners.
        self.owners = {}
        # The organization's delegation policy, and whether a stack made it.
        self.policy = None
        self.made_by_stack = False

    def __enter__(self):
        front = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, headers, content = front.own(self, body) or front.forward(self, body)
                self.send_response_only(status)
                for name, value in headers:
                    if name.lower() not in HOP | {"content-length"}:
                        self.send_header(name, value)
                # A HEAD answer has the length of what it does not send.
                length = dict(headers).get("Content-Length", 0) if self.command == "HEAD" else len(content)
                self.send_header("Content-Length", str(length))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = answer

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.endpoint = f"http://127.0.0.1:{self.server.server_address[1]}"
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def own(self, request, body):
        """The answer to what the emulator lacks."""
        target = request.headers.get("X-Amz-Target", "")
        if target.startswith("AWSOrganizations"):
            return self.organizations(target.rsplit(".", 1)[-1])
        bucket = request.path.split("?")[0].strip("/").split("/")[0]
        expected = request.headers.get("x-amz-expected-bucket-owner")
        if expected and self.owners.get(bucket, expected) != expected:
            text = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
            return 403, [("Content-Type", "application/xml")], b"" if request.command == "HEAD" else text
        form = urllib.parse.parse_qs(body.decode(errors="replace")) if b"Action=DescribeStackResource&" in body else {}
        if self.made_by_stack and form.get("LogicalResourceId") == ["Delegation"]:
            space = "http://cloudformation.amazonaws.com/doc/2010-05-15/"
            text = f'<DescribeStackResourceResponse xmlns="{space}"><DescribeStackResourceResult/></DescribeStackResourceResponse>'
            return 200, [("Content-Type", "text/xml")], text.encode()
        return None

    def organizations(self, operation):
        kind = [("Content-Type", "application/x-amz-json-1.1")]
        if operation not in ("DescribeResourcePolicy", "DeleteResourcePolicy"):
            return None
        if self.policy is None:
            error = {"__type": "ResourcePolicyNotFoundException", "Message": "there is none"}
            return 400, kind, json.dumps(error).encode()
        if operation == "DeleteResourcePolicy":
            self.policy = None
            return 200, kind, b"{}"
        return 200, kind, json.dumps({"ResourcePolicy": {"Content": json.dumps(self.policy)}}).encode()

    def forward(self, request, body):
        connection = http.client.HTTPConnection(self.emulator, timeout=120)
        try:
            headers = {name: value for name, value in request.headers.items() if name.lower() not in HOP}
            connection.request(request.command, request.path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()


def statement(sid):
    """A delegation policy's statement."""
    return {"Sid": sid, "Effect": "Allow", "Principal": {"AWS": "111111111111"}, "Action": "organizations:List*", "Resource": "*"}
