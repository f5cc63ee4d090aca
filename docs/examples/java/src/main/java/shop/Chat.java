package shop;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import queqiao.client.v1.EntryOuterClass.Content;
import queqiao.client.v1.EntryOuterClass.Sender;
import queqiao.client.v1.EntryOuterClass.Text;
import queqiao.server.v1.EventServiceGrpc;
import queqiao.server.v1.EventServiceOuterClass.SubscribeRequest;
import queqiao.server.v1.EventServiceOuterClass.SubscribeResponse;
import queqiao.server.v1.MessageServiceGrpc;
import queqiao.server.v1.MessageServiceOuterClass.SendMessageRequest;
import queqiao.server.v1.TokenServiceGrpc;
import queqiao.server.v1.TokenServiceOuterClass.IssueTokenRequest;
import queqiao.server.v1.UserServiceGrpc;
import queqiao.server.v1.UserServiceOuterClass.UpsertUsersRequest;
import queqiao.server.v1.UserServiceOuterClass.UserUpsert;

/** The chat server as this back end uses it. */
final class Chat {
  /** The account that customers hear from. */
  static final String ACCOUNT = "shop";

  private static final int DEADLINE_S = 5;
  private static final long TOKEN_VALID_MS = 3_600_000;

  private final UserServiceGrpc.UserServiceBlockingStub users;
  private final TokenServiceGrpc.TokenServiceBlockingStub tokens;
  private final MessageServiceGrpc.MessageServiceBlockingStub messages;
  private final EventServiceGrpc.EventServiceBlockingStub events;

  Chat(String address, String credential) {
    Metadata metadata = new Metadata();
    metadata.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + credential);
    var authorized = MetadataUtils.newAttachHeadersInterceptor(metadata);
    // Plain text for a server on this machine; use TlsChannelCredentials for any other.
    ManagedChannel channel =
        Grpc.newChannelBuilder(address, InsecureChannelCredentials.create())
            // Finds a connection that the network has forgotten: without that, a stream would wait on it for ever.
            .keepAliveTime(30, TimeUnit.SECONDS)
            .keepAliveTimeout(10, TimeUnit.SECONDS)
            .build();
    users = UserServiceGrpc.newBlockingStub(channel).withInterceptors(authorized);
    tokens = TokenServiceGrpc.newBlockingStub(channel).withInterceptors(authorized);
    messages = MessageServiceGrpc.newBlockingStub(channel).withInterceptors(authorized);
    events = EventServiceGrpc.newBlockingStub(channel).withInterceptors(authorized);
  }

  /** What happens after the cursor; after an empty one: from now on. */
  Iterator<SubscribeResponse> subscribe(String cursor) {
    return events.subscribe(SubscribeRequest.newBuilder().setCursor(cursor).build());
  }

  /** The account is a user, too, so that chats with it show its name. */
  void openAccount() {
    var upsert = UserUpsert.newBuilder().setUserId(ACCOUNT).setNickname("The shop");
    users
        .withDeadlineAfter(DEADLINE_S, TimeUnit.SECONDS)
        .upsertUsers(UpsertUsersRequest.newBuilder().addUsers(upsert).build());
  }

  /** With it the user's devices sign in. Makes the user if there is none. */
  String issueToken(String user) {
    var request =
        IssueTokenRequest.newBuilder()
            .setUserId(user)
            .setValidMs(TOKEN_VALID_MS)
            .setCreateUser(true)
            .build();
    return tokens.withDeadlineAfter(DEADLINE_S, TimeUnit.SECONDS).issueToken(request).getToken();
  }

  /** Sends a text in the chat of the account and a user, once for each clientMsgId; says where: conversation and seq. */
  String tell(String user, String clientMsgId, String text) {
    boolean first = ACCOUNT.compareTo(user) <= 0;
    String pair = first ? ACCOUNT + ":" + user : user + ":" + ACCOUNT;
    var answer =
        messages
            .withDeadlineAfter(DEADLINE_S, TimeUnit.SECONDS)
            .sendMessage(
                SendMessageRequest.newBuilder()
                    .setSender(Sender.newBuilder().setKind(Sender.Kind.KIND_BUSINESS).setId(ACCOUNT))
                    .setConversationId("d:" + pair)
                    .setClientMsgId(clientMsgId)
                    .setContent(Content.newBuilder().setText(Text.newBuilder().setText(text)))
                    .build());
    return answer.getConversationId() + " " + answer.getSeq();
  }
}
