package main

import (
	"flag"
	"log"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"
)

// await waits until the proxy on this pod's admin port is ready, then becomes
// the command given after its flags, if there is one.
func await(arguments []string) {
	flags := flag.NewFlagSet("linkerd-await", flag.ExitOnError)
	port := flags.Uint("port", 4191, "the proxy's admin port")
	timeout := flags.Duration("timeout", 0, "0 waits for ever")
	// Taken and not needed: accepted so that every call of the real one works.
	flags.Duration("backoff", time.Second, "")
	flags.Bool("shutdown", false, "")
	flags.Bool("S", false, "")
	flags.Bool("verbose", false, "")
	flags.Bool("v", false, "")
	_ = flags.Parse(arguments)
	announce("it waits for the stand-in's health check")

	deadline := time.Now().Add(*timeout)
	url := "http://127.0.0.1:" + strconv.FormatUint(uint64(*port), 10) + "/ready"
	client := http.Client{Timeout: time.Second}
	for {
		answer, err := client.Get(url)
		if err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				break
			}
		}
		if *timeout > 0 && time.Now().After(deadline) {
			log.Printf("not ready after %s: %v", *timeout, err)
			os.Exit(69) // EX_UNAVAILABLE, as the real one's
		}
		time.Sleep(20 * time.Millisecond)
	}

	command := flags.Args()
	if len(command) == 0 {
		return
	}
	program, err := exec.LookPath(command[0])
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(syscall.Exec(program, command, os.Environ()))
}

// sleep is the image's only userland: the chart's preStop hook calls it.
func sleep(arguments []string) {
	for _, argument := range arguments {
		seconds, err := strconv.ParseFloat(argument, 64)
		if err != nil {
			log.Fatalf("sleep: %q is not a number of seconds", argument)
		}
		time.Sleep(time.Duration(seconds * float64(time.Second)))
	}
}
