package shop;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Set;
import java.util.function.Consumer;
import queqiao.server.v1.EventServiceOuterClass.Event;

/** What happens in the app, with the place in it that this back end has come to. */
final class Events {
  private static final long RETRY_MS = 1_000;

  /** Ends of a stream that waiting mends: a node or a connection is to go, there are too many calls or streams, a node has failed. */
  private static final Set<Status.Code> PASSING =
      Set.of(Status.Code.UNAVAILABLE, Status.Code.RESOURCE_EXHAUSTED, Status.Code.INTERNAL);

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
        if (code == Status.Code.OUT_OF_RANGE) Files.deleteIfExists(cursorFile);
        else if (!PASSING.contains(code)) throw error;
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
      keep(answer.getCursor());
    }
  }

  /** As a whole: whoever ends in the middle finds the cursor before. An empty file would say: from now on. */
  private void keep(String cursor) throws IOException {
    Path fresh = cursorFile.resolveSibling(cursorFile.getFileName() + ".new");
    Files.writeString(fresh, cursor);
    Files.move(fresh, cursorFile, StandardCopyOption.ATOMIC_MOVE);
  }
}
