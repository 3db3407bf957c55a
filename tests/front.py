"""What the emulator lacks of AWS and `make deploy` relies on, in front of it.

- S3 refuses a call whose expected owner is not the bucket's.
- Organizations has a delegation policy.
- A StackSet has instances.
- Where a test asks for it, types of resources are replaced in templates on their way to S3: one that the emulator lacks by
  one that does nothing, so that the stack's order, parameters and outputs can be tried, and nothing of the resource; or any
  by one that fails, since the emulator refuses hardly anything that AWS would.

Everything else goes on to the emulator as it came.
"""

import http.client
import http.server
import json
import threading
import urllib.parse

HOP = {"connection", "transfer-encoding", "keep-alive"}
# It takes any properties and does nothing. The other one wants a property that no other type has.
STAND_IN = "AWS::CloudFormation::WaitConditionHandle"
FAILS = "AWS::CloudFormation::WaitCondition"
CLOUDFORMATION = "http://cloudformation.amazonaws.com/doc/2010-05-15/"


class Front:
    """A server in front of an emulator."""

    def __init__(self, endpoint):
        self.emulator = urllib.parse.urlsplit(endpoint).netloc
        # Buckets of other accounts, with their owners.
        self.owners = {}
        # The organization's delegation policy, and whether a stack made it.
        self.policy = None
        self.made_by_stack = False
        # The instances of the StackSet.
        self.instances = []
        # What types of resources are replaced by, in templates.
        self.replaced = {}

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
        if request.command == "HEAD" and request.path.endswith(".template"):
            # Whoever uploads templates by their checksum shall do it each time: what is replaced in them may have changed.
            return 404, [], b""
        form = urllib.parse.parse_qs(body.decode(errors="replace")) if request.command == "POST" else {}
        if form.get("Action") == ["ListStackInstances"]:
            return answer("ListStackInstances", f"<Summaries>{''.join(map(summary, self.instances))}</Summaries>")
        if self.made_by_stack and form.get("Action") == ["DescribeStackResource"] and form["LogicalResourceId"] == ["Delegation"]:
            return answer("DescribeStackResource", "")
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
            if request.command == "PUT" and request.path.endswith(".template"):
                headers, body = self.replace_types(headers, body)
            connection.request(request.command, request.path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()

    def replace_types(self, headers, body):
        """A template with other types; its checksums would no longer hold."""
        for kind, by in self.replaced.items():
            body = body.replace(f"Type: {kind}\n".encode(), f"Type: {by}\n".encode())
        kept = {name: value for name, value in headers.items() if "checksum" not in name.lower()}
        return kept | {"Content-Length": str(len(body))}, body


def answer(action, content):
    """CloudFormation's answer to an action."""
    text = f'<{action}Response xmlns="{CLOUDFORMATION}"><{action}Result>{content}</{action}Result></{action}Response>'
    return 200, [("Content-Type", "text/xml")], text.encode()


def summary(instance):
    """One of a StackSet's instances, as ListStackInstances has it."""
    plain = "".join(f"<{name}>{instance[name]}</{name}>" for name in ("Account", "Region", "Status", "StatusReason"))
    detail = f"<StackInstanceStatus><DetailedStatus>{instance['DetailedStatus']}</DetailedStatus></StackInstanceStatus>"
    return f"<member>{plain}{detail}</member>"


def statement(sid):
    """A delegation policy's statement."""
    return {"Sid": sid, "Effect": "Allow", "Principal": {"AWS": "111111111111"}, "Action": "organizations:List*", "Resource": "*"}
