// A shop's back end: gives customers tokens, tells them about their orders, and hears what happens in chats.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"

	serverv1 "shop/gen/queqiao/server/v1"
)

func main() {
	ctx := context.Background()
	port := setting("PORT", "8080")
	chat, err := NewChat(setting("CHAT_ADDRESS", "127.0.0.1:9092"), needed("CHAT_CREDENTIAL"))
	if err == nil {
		err = chat.OpenAccount(ctx)
	}
	if err != nil {
		log.Fatal(err)
	}
	go func() {
		log.Fatal(http.ListenAndServe("127.0.0.1:"+port, routes(chat)))
	}()
	fmt.Println("listening on port", port)
	log.Fatal(FollowEvents(ctx, chat, setting("CHAT_CURSOR_FILE", "cursor"), printEvent))
}

func routes(chat *Chat) http.Handler {
	mux := http.NewServeMux()
	// POST /login?user=alice: a token. Who asks is taken at their word here; you know your users by their sessions.
	mux.HandleFunc("POST /login", func(w http.ResponseWriter, r *http.Request) {
		token, err := chat.IssueToken(r.Context(), r.FormValue("user"))
		answer(w, token, err)
	})
	// POST /orders?user=alice&order=1001: the customer gets one message, however often this is repeated.
	mux.HandleFunc("POST /orders", func(w http.ResponseWriter, r *http.Request) {
		order := r.FormValue("order")
		text := fmt.Sprintf("Your order %s has left", order)
		place, err := chat.Tell(r.Context(), r.FormValue("user"), "order-"+order, text)
		answer(w, place, err)
	})
	// POST /webhook: what happened, told by the server. Whatever did not come from it is refused.
	mux.HandleFunc("POST /webhook", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err == nil {
			err = VerifyWebhook(os.Getenv("CHAT_WEBHOOK_SECRET"), r.Header, body)
		}
		if err == nil {
			fmt.Printf("webhook %s %s\n", r.Header.Get("webhook-id"), body)
		}
		answer(w, "", err)
	})
	return mux
}

func answer(w http.ResponseWriter, text string, err error) {
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	fmt.Fprintln(w, text)
}

func printEvent(event *serverv1.Event) {
	entry := event.GetEntry()
	text := entry.GetContent().GetText().GetText()
	fmt.Println("event", entry.GetConversationId(), entry.GetSeq(), text)
}

func setting(name, fallback string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return fallback
}

func needed(name string) string {
	value := os.Getenv(name)
	if value == "" {
		log.Fatalf("%s is not set", name)
	}
	return value
}
