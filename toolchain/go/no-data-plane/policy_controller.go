package main

import (
	"crypto/tls"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"strings"
	"time"
)

const reviewLimit = 8 << 20

// policyController answers the policy controller's health checks and admits
// every policy object that its webhook is asked about, with a warning that
// reaches whoever applied it. A webhook that refused the connection would block
// policy objects where webhookFailurePolicy is Fail.
func policyController(arguments []string) {
	announce("it answers health checks; policies are admitted and not enforced")
	options := values(arguments)
	go serveWebhook(
		options["server-addr"], options["server-tls-certs"], options["server-tls-key"],
	)
	admin := options["admin-addr"]
	if admin == "" {
		admin = "0.0.0.0:9990"
	}
	listen(admin, health())
}

func serveWebhook(address, certificate, key string) {
	if address == "" || certificate == "" || key == "" {
		log.Print("no webhook: server-addr, server-tls-certs and server-tls-key are not all given")
		return
	}
	server := &http.Server{
		Addr:              address,
		Handler:           http.HandlerFunc(admit),
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          log.New(io.Discard, "", 0),
		TLSConfig: &tls.Config{
			MinVersion: tls.VersionTLS12,
			// Read per connection: the certificate is renewed in its Secret.
			GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
				pair, err := tls.LoadX509KeyPair(certificate, key)
				return &pair, err
			},
		},
	}
	log.Fatal(server.ListenAndServeTLS("", ""))
}

func admit(answer http.ResponseWriter, request *http.Request) {
	var review struct {
		APIVersion string `json:"apiVersion"`
		Kind       string `json:"kind"`
		Request    struct {
			UID string `json:"uid"`
		} `json:"request"`
	}
	if err := json.NewDecoder(io.LimitReader(request.Body, reviewLimit)).Decode(&review); err != nil {
		http.Error(answer, err.Error(), http.StatusBadRequest)
		return
	}
	answer.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(answer).Encode(map[string]any{
		"apiVersion": review.APIVersion,
		"kind":       review.Kind,
		"response": map[string]any{
			"uid":      review.Request.UID,
			"allowed":  true,
			"warnings": []string{"no-data-plane: this cluster's policy controller is a stand-in, the policy is not enforced"},
		},
	})
}

// values reads "--name=value" and ignores everything else: the real one has
// many more options, none of which mean anything here.
func values(arguments []string) map[string]string {
	found := map[string]string{}
	for _, argument := range arguments {
		name, value, has := strings.Cut(strings.TrimLeft(argument, "-"), "=")
		if has {
			found[name] = value
		}
	}
	return found
}
