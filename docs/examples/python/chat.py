import pathlib
import sys

import grpc

# Generated modules import each other by their full names, below gen/.
sys.path.insert(0, str(pathlib.Path(__file__).parent / "gen"))

from queqiao.client.v1 import entry_pb2  # noqa: E402
from queqiao.server.v1 import event_service_pb2, event_service_pb2_grpc  # noqa: E402
from queqiao.server.v1 import message_service_pb2, message_service_pb2_grpc  # noqa: E402
from queqiao.server.v1 import token_service_pb2, token_service_pb2_grpc  # noqa: E402
from queqiao.server.v1 import user_service_pb2, user_service_pb2_grpc  # noqa: E402

# The account that customers hear from.
ACCOUNT = "shop"
DEADLINE_S = 5
TOKEN_VALID_MS = 3_600_000
# Finds a connection that the network has forgotten: without that, a stream would wait on it for ever.
KEEPALIVE = [("grpc.keepalive_time_ms", 30_000), ("grpc.keepalive_timeout_ms", 10_000)]


class Chat:
    """The chat server as this back end uses it."""

    def __init__(self, address, credential):
        self._metadata = [("authorization", f"Bearer {credential}")]
        # Plain text for a server on this machine; use grpc.secure_channel for any other.
        channel = grpc.insecure_channel(address, KEEPALIVE)
        self._users = user_service_pb2_grpc.UserServiceStub(channel)
        self._tokens = token_service_pb2_grpc.TokenServiceStub(channel)
        self._messages = message_service_pb2_grpc.MessageServiceStub(channel)
        self._events = event_service_pb2_grpc.EventServiceStub(channel)

    def subscribe(self, cursor):
        """What happens after the cursor; after an empty one: from now on."""
        request = event_service_pb2.SubscribeRequest(cursor=cursor)
        return self._events.Subscribe(request, metadata=self._metadata)

    def open_account(self):
        """The account is a user, too, so that chats with it show its name."""
        upsert = user_service_pb2.UserUpsert(user_id=ACCOUNT, nickname="The shop")
        request = user_service_pb2.UpsertUsersRequest(users=[upsert])
        self._users.UpsertUsers(request, metadata=self._metadata, timeout=DEADLINE_S)

    def issue_token(self, user):
        """With it the user's devices sign in. Makes the user if there is none."""
        request = token_service_pb2.IssueTokenRequest(user_id=user, valid_ms=TOKEN_VALID_MS, create_user=True)
        return self._tokens.IssueToken(request, metadata=self._metadata, timeout=DEADLINE_S).token

    def tell(self, user, client_msg_id, text):
        """Sends a text in the chat of the account and a user, once for each client_msg_id; says where: conversation and seq."""
        request = message_service_pb2.SendMessageRequest(
            sender=entry_pb2.Sender(kind=entry_pb2.Sender.KIND_BUSINESS, id=ACCOUNT),
            conversation_id="d:" + ":".join(sorted([ACCOUNT, user])),
            client_msg_id=client_msg_id,
            content=entry_pb2.Content(text=entry_pb2.Text(text=text)),
        )
        answer = self._messages.SendMessage(request, metadata=self._metadata, timeout=DEADLINE_S)
        return f"{answer.conversation_id} {answer.seq}"
