package main

import (
	"context"
	"errors"
	"io/fs"
	"log"
	"os"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	serverv1 "shop/gen/queqiao/server/v1"
)

const retry = time.Second

// FollowEvents follows what happens in the app, on from where the last run stopped, until something happens that waiting does
// not mend. An event comes again when this process ends between handling it and writing the cursor, so handlers have to bear
// that.
func FollowEvents(ctx context.Context, chat *Chat, cursorFile string, handle func(*serverv1.Event)) error {
	for {
		err := follow(ctx, chat, cursorFile, handle)
		switch status.Code(err) {
		case codes.Unavailable, codes.ResourceExhausted, codes.Internal:
			// A node or a connection is to go, there are too many calls or streams, a node has failed: waiting mends it.
		case codes.OutOfRange:
			// What follows the cursor is gone: events were missed, read what matters anew, then go on from now.
			if err := os.Remove(cursorFile); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		default:
			return err
		}
		log.Print("events: ", err)
		time.Sleep(retry)
	}
}

// follow reads one stream to its end.
func follow(ctx context.Context, chat *Chat, cursorFile string, handle func(*serverv1.Event)) error {
	cursor, err := os.ReadFile(cursorFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	stream, err := chat.Subscribe(ctx, string(cursor))
	if err != nil {
		return err
	}
	for {
		answer, err := stream.Recv()
		if err != nil {
			return err
		}
		for _, event := range answer.GetEvents() {
			handle(event)
		}
		if err := keep(cursorFile, answer.GetCursor()); err != nil {
			return err
		}
	}
}

// keep writes the cursor as a whole: whoever ends in the middle finds the one before. An empty file would say: from now on.
func keep(cursorFile, cursor string) error {
	fresh := cursorFile + ".new"
	if err := os.WriteFile(fresh, []byte(cursor), 0o600); err != nil {
		return err
	}
	return os.Rename(fresh, cursorFile)
}
