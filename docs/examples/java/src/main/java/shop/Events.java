package shop;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import queqiao.server.v1.EventServiceOuterClass.Event;

/** What happens in the app, with the place in it that this back end has come to. */
final class Events {
  private static final long RETRY_MS = 1_000;

  private final Chat chat;
  private final Path cursorFile;

  Events(Chat chat, Path cursorFile) {
    this.chat = chat;
    this.cursorFile = cursorFile;
  }

  /**
   * Goes on from where the last run stopped, until something happens that waiting does not mend. An event comes again when this
   * process ends between handling it and writing the cursor, so handlers have to bear that.
   */
  void follow(Consumer<Event> handle) throws IOException, InterruptedException {
    while (true) {
      try {
        stream(handle);
      } catch (StatusRuntimeException error) {
        Status.Code code = error.getStatus().getCode();
        // What follows the cursor is gone: events were missed, read what matters anew, then go on from now.
        if (code == Status.Code.OUT_OF_RANGE) Files.delete(cursorFile);
        else if (code != Status.Code.UNAVAILABLE) throw error;
        System.err.println("events: " + error.getMessage());
      }
      Thread.sleep(RETRY_MS);
    }
  }

  private void stream(Consumer<Event> handle) throws IOException {
    String cursor = Files.exists(cursorFile) ? Files.readString(cursorFile) : "";
    var answers = chat.subscribe(cursor);
    while (answers.hasNext()) {
      var answer = answers.next();
      answer.getEventsList().forEach(handle);
      Files.writeString(cursorFile, answer.getCursor());
    }
  }
}
