package main

import (
	"context"
	"fmt"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"

	clientv1 "shop/gen/queqiao/client/v1"
	serverv1 "shop/gen/queqiao/server/v1"
)

const (
	// The account that customers hear from.
	account    = "shop"
	deadline   = 5 * time.Second
	tokenValid = time.Hour
)

// alive finds a connection that the network has forgotten: without that, a stream would wait on it for ever.
var alive = keepalive.ClientParameters{Time: 30 * time.Second, Timeout: 10 * time.Second}

// Chat is the chat server as this back end uses it.
type Chat struct {
	credential string
	users      serverv1.UserServiceClient
	tokens     serverv1.TokenServiceClient
	messages   serverv1.MessageServiceClient
	events     serverv1.EventServiceClient
}

func NewChat(address, credential string) (*Chat, error) {
	// Plain text for a server on this machine; use credentials.NewTLS for any other.
	channel, err := grpc.NewClient(
		address,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithKeepaliveParams(alive),
	)
	if err != nil {
		return nil, err
	}
	return &Chat{
		credential: credential,
		users:      serverv1.NewUserServiceClient(channel),
		tokens:     serverv1.NewTokenServiceClient(channel),
		messages:   serverv1.NewMessageServiceClient(channel),
		events:     serverv1.NewEventServiceClient(channel),
	}, nil
}

// Subscribe opens the stream of what happens after the cursor; an empty one: from now on.
func (c *Chat) Subscribe(ctx context.Context, cursor string) (serverv1.EventService_SubscribeClient, error) {
	return c.events.Subscribe(c.authorized(ctx), &serverv1.SubscribeRequest{Cursor: cursor})
}

// OpenAccount makes the account a user, too, so that chats with it show its name.
func (c *Chat) OpenAccount(ctx context.Context) error {
	upsert := &serverv1.UserUpsert{UserId: account, Nickname: proto.String("The shop")}
	ctx, cancel := context.WithTimeout(c.authorized(ctx), deadline)
	defer cancel()
	_, err := c.users.UpsertUsers(ctx, &serverv1.UpsertUsersRequest{Users: []*serverv1.UserUpsert{upsert}})
	return err
}

// IssueToken makes a token with which the user's devices sign in, and the user if there is none.
func (c *Chat) IssueToken(ctx context.Context, user string) (string, error) {
	ctx, cancel := context.WithTimeout(c.authorized(ctx), deadline)
	defer cancel()
	answer, err := c.tokens.IssueToken(ctx, &serverv1.IssueTokenRequest{
		UserId:     user,
		ValidMs:    tokenValid.Milliseconds(),
		CreateUser: true,
	})
	return answer.GetToken(), err
}

// Tell sends a text in the chat of the account and a user, once for each client message id, and says where it stands:
// conversation and seq.
func (c *Chat) Tell(ctx context.Context, user, clientMsgID, text string) (string, error) {
	ctx, cancel := context.WithTimeout(c.authorized(ctx), deadline)
	defer cancel()
	answer, err := c.messages.SendMessage(ctx, &serverv1.SendMessageRequest{
		Sender:         &clientv1.Sender{Kind: clientv1.Sender_KIND_BUSINESS, Id: account},
		ConversationId: fmt.Sprintf("d:%s:%s", min(account, user), max(account, user)),
		ClientMsgId:    clientMsgID,
		Content: &clientv1.Content{
			Body: &clientv1.Content_Text{Text: &clientv1.Text{Text: text}},
		},
	})
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s %d", answer.GetConversationId(), answer.GetSeq()), nil
}

func (c *Chat) authorized(ctx context.Context) context.Context {
	return metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+c.credential)
}
