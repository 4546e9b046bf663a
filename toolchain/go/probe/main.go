// Command probe is the workload of the end-to-end tests: a server that says who it is and what reached
// it, and a client that says what it was answered.
//
//	probe serve [ADDRESS]   answers every HTTP request (default :8080) with a JSON identity, and
//	                        /ask?url=URL with what it was answered there itself, and
//	                        /look-up?server=HOST:PORT&authority=SERVICE:PORT&expected=COUNT with the
//	                        endpoints that Linkerd's destination controller knows of a Service
//	probe get URL           makes one request and prints status and body as JSON
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	defaultAddress = ":8080"
	requestLimit   = 10 * time.Second
	bodyLimit      = 1 << 20
)

// identity is what a server answers.
type identity struct {
	Cluster   string            `json:"cluster"`
	Namespace string            `json:"namespace"`
	Pod       string            `json:"pod"`
	Host      string            `json:"host"`
	Path      string            `json:"path"`
	Remote    string            `json:"remote"`
	Headers   map[string]string `json:"headers"`
}

// answer is what a client prints. Body is the server's JSON, or a string of what else came.
type answer struct {
	URL     string `json:"url"`
	Status  int    `json:"status,omitempty"`
	Body    any    `json:"body,omitempty"`
	Error   string `json:"error,omitempty"`
	Seconds string `json:"seconds"`
}

func main() {
	args := os.Args[1:]
	switch {
	case len(args) >= 1 && len(args) <= 2 && args[0] == "serve":
		address := defaultAddress
		if len(args) == 2 {
			address = args[1]
		}
		os.Exit(serve(address))
	case len(args) == 2 && args[0] == "get":
		os.Exit(get(args[1]))
	}
	fmt.Fprintln(os.Stderr, "usage: probe serve [ADDRESS] | probe get URL")
	os.Exit(2)
}

func serve(address string) int {
	// The first process of a container has no default action for signals.
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		<-signals
		os.Exit(0)
	}()
	hostname, _ := os.Hostname()
	pod := os.Getenv("POD")
	if pod == "" {
		pod = hostname
	}
	identify := func(response http.ResponseWriter, request *http.Request) {
		headers := make(map[string]string, len(request.Header))
		for name, values := range request.Header {
			headers[strings.ToLower(name)] = strings.Join(values, ", ")
		}
		response.Header().Set("Content-Type", "application/json")
		// The client is gone if this fails; there is nobody to tell.
		_ = json.NewEncoder(response).Encode(identity{
			Cluster:   os.Getenv("CLUSTER"),
			Namespace: os.Getenv("NAMESPACE"),
			Pod:       pod,
			Host:      request.Host,
			Path:      request.URL.Path,
			Remote:    request.RemoteAddr,
			Headers:   headers,
		})
	}
	handler := http.NewServeMux()
	handler.HandleFunc("/", identify)
	handler.HandleFunc("/ask", func(response http.ResponseWriter, request *http.Request) {
		result, _ := ask(request.URL.Query().Get("url"))
		response.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(response).Encode(result)
	})
	handler.HandleFunc("/look-up", func(response http.ResponseWriter, request *http.Request) {
		query := request.URL.Query()
		response.Header().Set("Content-Type", "application/json")
		expected, _ := strconv.Atoi(query.Get("expected"))
		found := lookUp(query.Get("server"), query.Get("authority"), expected)
		_ = json.NewEncoder(response).Encode(found)
	})
	fmt.Printf("probe: serving on %s as pod %q in cluster %q\n", address, pod, os.Getenv("CLUSTER"))
	server := http.Server{Addr: address, Handler: handler, ReadHeaderTimeout: requestLimit}
	if err := server.ListenAndServe(); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	return 1
}

func get(url string) int {
	result, code := ask(url)
	if err := json.NewEncoder(os.Stdout).Encode(result); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

func ask(url string) (answer, int) {
	start := time.Now()
	result := answer{URL: url}
	// A connection of its own for every request, or all of them are answered by the same pod.
	client := http.Client{Timeout: requestLimit, Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Get(url)
	if err == nil {
		defer response.Body.Close()
		result.Status = response.StatusCode
		var body []byte
		if body, err = io.ReadAll(io.LimitReader(response.Body, bodyLimit)); err == nil {
			if json.Unmarshal(body, &result.Body) != nil {
				result.Body = string(body)
			}
		}
	}
	result.Seconds = fmt.Sprintf("%.3f", time.Since(start).Seconds())
	if err != nil {
		result.Error = err.Error()
		return result, 1
	}
	if result.Status >= http.StatusBadRequest {
		return result, 1
	}
	return result, 0
}
