"""A timestamp authority on loopback: every POST is answered by openssl ts, in the directory of its files.

With the name of a PEM file of a certificate and its key, over TLS.
"""
import http.server
import ssl
import subprocess
import sys


class Authority(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        query = self.rfile.read(int(self.headers["Content-Length"]))
        with open("server.tsq", "wb") as f:
            f.write(query)
        subprocess.run(
            ["openssl", "ts", "-reply", "-config", "tsa.cnf", "-section", "tsa", "-queryfile", "server.tsq",
             "-signer", "tsaleaf.pem", "-inkey", "tsa.key", "-chain", "tsaroot.pem", "-out", "server.tsr"],
            check=True, stderr=subprocess.DEVNULL)
        with open("server.tsr", "rb") as f:
            answer = f.read()
        self.send_response(200)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)


server = http.server.HTTPServer(("127.0.0.1", 0), Authority)
if len(sys.argv) > 1:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1])
    server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_port, flush=True)
sys.stdout.close()
server.serve_forever()
