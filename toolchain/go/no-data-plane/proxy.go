package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// proxy serves the proxy's admin port, which the kubelet's probes, linkerd-await
// and the other clusters' gateway probes ask. Nothing listens on the traffic
// ports: a connection to them is refused, not swallowed.
func proxy([]string) {
	announce("it answers health checks and carries no traffic")
	address := os.Getenv("LINKERD2_PROXY_ADMIN_LISTEN_ADDR")
	if address == "" {
		address = "0.0.0.0:4191"
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)

	admin := health()
	admin.HandleFunc("POST /shutdown", func(answer http.ResponseWriter, _ *http.Request) {
		if os.Getenv("LINKERD2_PROXY_SHUTDOWN_ENDPOINT_ENABLED") != "true" {
			http.Error(answer, "shutdown endpoint is not enabled", http.StatusNotFound)
			return
		}
		fmt.Fprintln(answer, "shutdown")
		stop <- syscall.SIGTERM
	})
	started := time.Now()
	admin.HandleFunc("GET /metrics", func(answer http.ResponseWriter, _ *http.Request) {
		answer.Header().Set("Content-Type", "text/plain; version=0.0.4")
		fmt.Fprintf(answer, "# HELP no_data_plane 1: this proxy carries no traffic.\n# TYPE no_data_plane gauge\nno_data_plane 1\n")
		fmt.Fprintf(answer, "# TYPE process_start_time_seconds gauge\nprocess_start_time_seconds %d\n", started.Unix())
	})
	go listen(address, admin)
	<-stop
}

// health answers what both the proxy and the policy controller are asked.
func health() *http.ServeMux {
	mux := http.NewServeMux()
	for _, path := range []string{"/live", "/ready"} {
		mux.HandleFunc("GET "+path, func(answer http.ResponseWriter, _ *http.Request) {
			// The real proxy's word, which some checks compare.
			fmt.Fprintln(answer, map[string]string{"/live": "live", "/ready": "ready"}[path])
		})
	}
	return mux
}

func listen(address string, handler http.Handler) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		log.Fatalf("can't listen: %v", err)
	}
	log.Printf("health checks on %s", listener.Addr())
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(io.Discard, "", 0)}
	log.Fatal(server.Serve(listener))
}
