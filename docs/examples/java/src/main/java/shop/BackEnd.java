package shop;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import queqiao.server.v1.EventServiceOuterClass.Event;

/** A shop's back end: gives customers tokens, tells them about their orders, and hears what happens in chats. */
public final class BackEnd {
  private static final int MAX_BODY_BYTES = 1 << 20;

  private final Chat chat;

  private BackEnd(Chat chat) {
    this.chat = chat;
  }

  public static void main(String[] args) throws Exception {
    Chat chat = new Chat(setting("CHAT_ADDRESS", "127.0.0.1:9092"), needed("CHAT_CREDENTIAL"));
    chat.openAccount();
    int port = Integer.parseInt(setting("PORT", "8080"));
    new BackEnd(chat).serve(port);
    System.out.println("listening on port " + port);
    Path cursor = Path.of(setting("CHAT_CURSOR_FILE", "cursor"));
    new Events(chat, cursor).follow(BackEnd::print);
  }

  private void serve(int port) throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
    server.setExecutor(Executors.newCachedThreadPool());
    server.createContext("/login", (exchange) -> answer(exchange, this::login));
    server.createContext("/orders", (exchange) -> answer(exchange, this::order));
    server.createContext("/webhook", (exchange) -> answer(exchange, this::webhook));
    server.start();
  }

  /** POST /login?user=alice: a token. Who asks is taken at their word here; you know your users by their sessions. */
  private String login(HttpExchange exchange) {
    return chat.issueToken(query(exchange).get("user"));
  }

  /** POST /orders?user=alice&order=1001: the customer gets one message, however often this is repeated. */
  private String order(HttpExchange exchange) {
    Map<String, String> query = query(exchange);
    String number = query.get("order");
    return chat.tell(query.get("user"), "order-" + number, "Your order " + number + " has left");
  }

  /** POST /webhook: what happened, told by the server. Whatever did not come from it is refused. */
  private String webhook(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readNBytes(MAX_BODY_BYTES), UTF_8);
    Webhooks.verify(needed("CHAT_WEBHOOK_SECRET"), exchange.getRequestHeaders(), body);
    System.out.println("webhook " + exchange.getRequestHeaders().getFirst("webhook-id") + " " + body);
    return "";
  }

  private static void print(Event event) {
    var entry = event.getEntry();
    String text = entry.getContent().getText().getText();
    System.out.println("event " + entry.getConversationId() + " " + entry.getSeq() + " " + text);
  }

  private interface Page {
    String answer(HttpExchange exchange) throws IOException;
  }

  private static void answer(HttpExchange exchange, Page page) throws IOException {
    int status = 200;
    String text;
    try {
      text = page.answer(exchange);
    } catch (RuntimeException error) {
      status = 400;
      text = error.getMessage();
    }
    byte[] bytes = (text + "\n").getBytes(UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private static Map<String, String> query(HttpExchange exchange) {
    Map<String, String> fields = new HashMap<>();
    for (String pair : exchange.getRequestURI().getRawQuery().split("&")) {
      String[] parts = pair.split("=", 2);
      fields.put(parts[0], URLDecoder.decode(parts[1], UTF_8));
    }
    return fields;
  }

  private static String setting(String name, String fallback) {
    String value = System.getenv(name);
    return value == null || value.isEmpty() ? fallback : value;
  }

  private static String needed(String name) {
    String value = setting(name, "");
    if (value.isEmpty()) throw new IllegalStateException(name + " is not set");
    return value;
  }
}
