package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"
)

const tokenValid = time.Hour

// Key signs tokens; its secret is in base64, as the operator got it.
type Key struct{ ID, Secret string }

// SignToken makes a token with which the user's devices sign in: a JWT that is signed here, with the app's key.
func SignToken(credential string, key Key, user string) (string, error) {
	secret, err := base64.StdEncoding.DecodeString(key.Secret)
	if err != nil {
		return "", err
	}
	parts := strings.Split(credential, ".")
	now := time.Now()
	signed := encoded(map[string]any{"alg": "HS256", "kid": key.ID}) + "." + encoded(map[string]any{
		"app": strings.Join(parts[1:len(parts)-2], "."),
		"sub": user,
		"aud": "queqiao",
		"iat": now.Unix(),
		"exp": now.Add(tokenValid).Unix(),
	})
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(signed))
	return signed + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)), nil
}

func encoded(part map[string]any) string {
	text, _ := json.Marshal(part)
	return base64.RawURLEncoding.EncodeToString(text)
}
