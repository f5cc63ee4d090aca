import sys
import time

import grpc

RETRY_S = 1
# Ends of a stream that waiting mends: a node or a connection is to go, there are too many calls or streams, a node has failed.
PASSING = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.INTERNAL}


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
                keep(cursor_file, answer.cursor)
        except grpc.RpcError as error:
            if error.code() == grpc.StatusCode.OUT_OF_RANGE:
                # What follows the cursor is gone: events were missed, read what matters anew, then go on from now.
                cursor_file.unlink(missing_ok=True)
            elif error.code() not in PASSING:
                raise
            print("events:", error.details(), file=sys.stderr)
        time.sleep(RETRY_S)


def keep(cursor_file, cursor):
    """As a whole: whoever ends in the middle finds the cursor before. An empty file would say: from now on."""
    fresh = cursor_file.with_name(cursor_file.name + ".new")
    fresh.write_text(cursor)
    fresh.replace(cursor_file)
