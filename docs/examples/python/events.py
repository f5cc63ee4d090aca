import sys
import time

import grpc

RETRY_S = 1


def follow_events(chat, cursor_file, handle):
    """
    Follows what happens in the app, on from where the last run stopped, until something happens that waiting does not mend. An
    event comes again when this process ends between handling it and writing the cursor, so handlers have to bear that.
    """
    while True:
        cursor = cursor_file.read_text() if cursor_file.exists() else ""
        try:
            for answer in chat.subscribe(cursor):
                for event in answer.events:
                    handle(event)
                cursor_file.write_text(answer.cursor)
        except grpc.RpcError as error:
            if error.code() == grpc.StatusCode.OUT_OF_RANGE:
                # What follows the cursor is gone: events were missed, read what matters anew, then go on from now.
                cursor_file.unlink()
            elif error.code() != grpc.StatusCode.UNAVAILABLE:
                raise
            print("events:", error.details(), file=sys.stderr)
        time.sleep(RETRY_S)
