#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
#
# usage: cloud.py KEY PORT-FILE
#
# Stands in for what CockroachDB Cloud's API says of client CA certificates:
# POST sets, PATCH updates, DELETE removes, GET tells; a bearer token, and a
# body of one field, which holds PEM certificates.

import json
import os
import re
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

PATH = re.compile(r"^/api/v1/clusters/[0-9a-f-]{36}/client-ca-cert$")
PEM = re.compile(
    r"^(-----BEGIN CERTIFICATE-----\n([A-Za-z0-9+/=]{1,64}\n)+"
    r"-----END CERTIFICATE-----\n\n?)+$"
)
pems = {}


class Cloud(BaseHTTPRequestHandler):
    def answer(self, code):
        pem = pems.get(self.path, "")
        body = {"status": "IS_SET" if pem else "NOT_SET", "x509_pem_cert": pem}
        self.send_response(code)
        self.end_headers()
        self.wfile.write(json.dumps(body if code == 200 else {}).encode())

    def refusal(self, method):
        if self.headers.get("Authorization") != "Bearer " + sys.argv[1]:
            return 401
        if not PATH.match(self.path):
            return 404
        return 400 if method == "POST" and self.path in pems else None

    def handle_one(self, method):
        code = self.refusal(method)
        if code is None and method in ("POST", "PATCH"):
            length = int(self.headers.get("Content-Length", 0))
            body = json.loads(self.rfile.read(length))
            if list(body) == ["x509_pem_cert"] and PEM.match(
                body["x509_pem_cert"]
            ):
                pems[self.path] = body["x509_pem_cert"]
            else:
                code = 400
        elif code is None and method == "DELETE":
            pems.pop(self.path, None)
        self.answer(code or 200)

    def do_GET(self):
        self.handle_one("GET")

    def do_POST(self):
        self.handle_one("POST")

    def do_PATCH(self):
        self.handle_one("PATCH")

    def do_DELETE(self):
        self.handle_one("DELETE")

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Cloud)
with open(sys.argv[2] + ".part", "w", encoding="ascii") as file:
    file.write("%d\n" % server.server_port)
os.rename(sys.argv[2] + ".part", sys.argv[2])
server.serve_forever()
