"""A shop's back end: gives customers tokens, tells them about their orders, and hears what happens in chats."""

import os
import pathlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from chat import Chat
from events import follow_events
from webhook import verify_webhook

MAX_BODY_BYTES = 1 << 20

chat = Chat(os.environ.get("CHAT_ADDRESS", "127.0.0.1:9092"), os.environ["CHAT_CREDENTIAL"])


def login(query):
    """POST /login?user=alice: a token. Who asks is taken at their word here; you know your users by their sessions."""
    return chat.issue_token(query["user"])


def order(query):
    """POST /orders?user=alice&order=1001: the customer gets one message, however often this is repeated."""
    number = query["order"]
    return chat.tell(query["user"], f"order-{number}", f"Your order {number} has left")


def webhook(headers, body):
    """POST /webhook: what happened, told by the server. Whatever did not come from it is refused."""
    verify_webhook(os.environ.get("CHAT_WEBHOOK_SECRET", ""), headers, body)
    print("webhook", headers["webhook-id"], body.decode(), flush=True)
    return ""


class Pages(BaseHTTPRequestHandler):
    def do_POST(self):
        url = urlsplit(self.path)
        query = dict(parse_qsl(url.query))
        try:
            if url.path == "/login":
                self.answer(200, login(query))
            elif url.path == "/orders":
                self.answer(200, order(query))
            elif url.path == "/webhook":
                self.answer(200, webhook(self.headers, self.body()))
            else:
                self.answer(404, "no such page")
        except Exception as error:
            self.answer(400, str(error))

    def body(self):
        length = int(self.headers["content-length"])
        if length > MAX_BODY_BYTES:
            raise ValueError("the body is too long")
        return self.rfile.read(length)

    def answer(self, status, text):
        self.send_response(status)
        self.end_headers()
        self.wfile.write(f"{text}\n".encode())

    def log_message(self, *args):
        pass


def print_event(event):
    entry = event.entry
    print("event", entry.conversation_id, entry.seq, entry.content.text.text, flush=True)


if __name__ == "__main__":
    chat.open_account()
    port = int(os.environ.get("PORT", "8080"))
    server = ThreadingHTTPServer(("127.0.0.1", port), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print("listening on port", port, flush=True)
    follow_events(chat, pathlib.Path(os.environ.get("CHAT_CURSOR_FILE", "cursor")), print_event)
