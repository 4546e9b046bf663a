package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"time"
)

// The destination controller is asked as Linkerd's proxies ask it, in gRPC, which is a length and a
// message in the body of an HTTP/2 request. One call with two strings in it needs no library for that.
const (
	destinationCall = "/io.linkerd.proxy.destination.Destination/Get"
	// The controller sends nothing before it has something to say, and the answer never ends.
	lookLimit = 5 * time.Second
	frameHead = 5
)

// view is what the controller says of a Service: its endpoints as `address:port`, sorted.
type view struct {
	Endpoints []string `json:"endpoints"`
	// The identities that the endpoints' proxies have, without repetition, sorted.
	Identities []string `json:"identities"`
	Error      string   `json:"error,omitempty"`
}

// lookUp asks the controller at `server` (host:port) for the endpoints of `authority` (service:port), and
// listens until it knows as many as were expected: it tells those of each cluster by themselves.
func lookUp(server, authority string, expected int) view {
	result := view{Endpoints: []string{}, Identities: []string{}}
	err := listen(server, authority, func(update []byte) bool {
		read(update, &result)
		return len(result.Endpoints) < expected
	})
	slices.Sort(result.Endpoints)
	result.Endpoints = slices.Compact(result.Endpoints)
	slices.Sort(result.Identities)
	result.Identities = slices.Compact(result.Identities)
	if err != nil {
		result.Error = err.Error()
	}
	return result
}

// listen hands over one Update after the other, until `more` says that it has enough.
func listen(server, authority string, more func(update []byte) bool) error {
	message := append(stringField(1, "k8s"), stringField(2, authority)...)
	frame := make([]byte, frameHead, frameHead+len(message))
	binary.BigEndian.PutUint32(frame[1:], uint32(len(message)))
	frame = append(frame, message...)

	var protocols http.Protocols
	protocols.SetUnencryptedHTTP2(true)
	client := http.Client{Transport: &http.Transport{Protocols: &protocols}, Timeout: lookLimit}
	defer client.CloseIdleConnections()
	request, err := http.NewRequest("POST", "http://"+server+destinationCall, bytes.NewReader(frame))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/grpc")
	request.Header.Set("TE", "trailers")
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if err := statusOf(response.Header); err != nil {
		return err
	}
	for {
		head := make([]byte, frameHead)
		if _, err := io.ReadFull(response.Body, head); err != nil {
			return errors.Join(statusOf(response.Trailer), err)
		}
		update := make([]byte, min(binary.BigEndian.Uint32(head[1:]), bodyLimit))
		if _, err := io.ReadFull(response.Body, update); err != nil {
			return err
		}
		if !more(update) {
			return nil
		}
	}
}

func statusOf(header http.Header) error {
	status := header.Get("Grpc-Status")
	if status == "" || status == "0" {
		return nil
	}
	return fmt.Errorf("status %s: %s", status, header.Get("Grpc-Message"))
}

// read takes the endpoints out of an Update. Numbers of fields as in linkerd2-proxy-api.
func read(update []byte, into *view) {
	for _, added := range fields(update, 1) {
		for _, weighted := range fields(added, 1) {
			for _, address := range fields(weighted, 1) {
				into.Endpoints = append(into.Endpoints, addressOf(address))
			}
			for _, tls := range fields(weighted, 5) {
				for _, name := range fields(tls, 1) {
					for _, text := range fields(name, 1) {
						into.Identities = append(into.Identities, string(text))
					}
				}
			}
		}
	}
}

func addressOf(address []byte) string {
	ip := "?"
	for _, message := range fields(address, 1) {
		for _, number := range fields(message, 1) {
			bytes := make([]byte, 4)
			binary.BigEndian.PutUint32(bytes, binary.LittleEndian.Uint32(number))
			ip = net.IP(bytes).String()
		}
	}
	port := uint64(0)
	for _, number := range fields(address, 2) {
		port, _ = binary.Uvarint(number)
	}
	return fmt.Sprintf("%s:%d", ip, port)
}

// fields are the values of one field of a Protocol Buffers message, as they stand in it.
func fields(message []byte, wanted uint64) [][]byte {
	var found [][]byte
	for len(message) > 0 {
		key, size := binary.Uvarint(message)
		if size <= 0 {
			return found
		}
		message = message[size:]
		length := 0
		switch key & 7 {
		case 0:
			_, length = binary.Uvarint(message)
		case 1:
			length = 8
		case 2:
			bytes, size := binary.Uvarint(message)
			if size <= 0 {
				return found
			}
			message = message[size:]
			length = int(bytes)
		case 5:
			length = 4
		default:
			return found
		}
		if length < 0 || length > len(message) {
			return found
		}
		if key>>3 == wanted {
			found = append(found, message[:length])
		}
		message = message[length:]
	}
	return found
}

func stringField(number uint64, text string) []byte {
	field := binary.AppendUvarint(nil, number<<3|2)
	field = binary.AppendUvarint(field, uint64(len(text)))
	return append(field, text...)
}
