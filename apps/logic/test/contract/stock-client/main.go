// Calls one method with an empty request and prints, as JSON, what the stock libraries say about the error. It knows none of
// our protos, nor any of our details.
package main

import (
	"context"
	"encoding/json"
	"os"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
)

type seen struct {
	Code     string            `json:"code"`
	Message  string            `json:"message"`
	Reason   string            `json:"reason"`
	Domain   string            `json:"domain"`
	Metadata map[string]string `json:"metadata"`
	Fields   map[string]string `json:"fields"`
	Quotas   map[string]string `json:"quotas"`
	RetryMs  int64             `json:"retryMs"`
	Request  string            `json:"requestId"`
}

func main() {
	address, method, bearer, requestID := os.Args[1], os.Args[2], os.Args[3], os.Args[4]
	connection, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		panic(err)
	}
	defer connection.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+bearer, "x-request-id", requestID)
	failure := connection.Invoke(ctx, method, &emptypb.Empty{}, &emptypb.Empty{})
	if err := json.NewEncoder(os.Stdout).Encode(read(status.Convert(failure))); err != nil {
		panic(err)
	}
}

func read(failure *status.Status) seen {
	result := seen{
		Code: failure.Code().String(), Message: failure.Message(),
		Fields: map[string]string{}, Quotas: map[string]string{},
	}
	for _, detail := range failure.Details() {
		switch each := detail.(type) {
		case *errdetails.ErrorInfo:
			result.Reason, result.Domain, result.Metadata = each.Reason, each.Domain, each.Metadata
		case *errdetails.BadRequest:
			for _, violation := range each.FieldViolations {
				result.Fields[violation.Field] = violation.Description
			}
		case *errdetails.QuotaFailure:
			for _, violation := range each.Violations {
				result.Quotas[violation.Subject] = violation.Description
			}
		case *errdetails.RetryInfo:
			result.RetryMs = each.RetryDelay.AsDuration().Milliseconds()
		case *errdetails.RequestInfo:
			result.Request = each.RequestId
		}
	}
	return result
}
