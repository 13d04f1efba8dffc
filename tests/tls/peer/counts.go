// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// counts is what a host says of itself in NAME.count, in this order, whenever
// it has done what a signal wants.
type counts struct {
	meetings    int
	reloads     int
	connections int // opened and answered
	pings       int // answers over connections that are kept
	failures    int // as many as there are lines in NAME.log
}

func (h *host) succeeded(number *int) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	*number++
}

func (h *host) failed(what string, err error) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.count.failures++
	reason := strings.ReplaceAll(err.Error(), "\n", " ")
	fmt.Fprintf(h.log, "%s %s: %s: %s\n",
		time.Now().UTC().Format("15:04:05.000"), h.name, what, reason)
}

func (h *host) writeCounts() error {
	h.mutex.Lock()
	c := h.count
	h.mutex.Unlock()
	return replace(h.path("count"), fmt.Sprintln(c.meetings, c.reloads,
		c.connections, c.pings, c.failures))
}

func readCounts(state, name string) (counts, error) {
	var c counts
	text, err := await(filepath.Join(state, name+".count"))
	if err != nil {
		return c, err
	}
	_, err = fmt.Sscan(text, &c.meetings, &c.reloads, &c.connections,
		&c.pings, &c.failures)
	return c, err
}

// replace writes a file that others wait for: it is never there in part.
func replace(path string, text string) error {
	if err := os.WriteFile(path+".new", []byte(text), 0644); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// await reads a file, as soon as it is there.
func await(path string) (string, error) {
	for end := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		text, err := os.ReadFile(path)
		if err == nil {
			return string(text), nil
		}
		if !errors.Is(err, os.ErrNotExist) || time.Now().After(end) {
			return "", err
		}
	}
}

// send sends a signal and returns what the host said of itself before.
func send(state, name string, signal syscall.Signal) (counts, error) {
	text, err := await(filepath.Join(state, name+".pid"))
	if err != nil {
		return counts{}, err
	}
	var pid int
	if _, err := fmt.Sscan(text, &pid); err != nil {
		return counts{}, err
	}
	before, err := readCounts(state, name)
	if err != nil {
		return before, err
	}
	return before, syscall.Kill(pid, signal)
}

// until waits for a host's counts to be so.
func until(state, name string, so func(counts) bool) error {
	for end := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		c, err := readCounts(state, name)
		if err != nil || so(c) {
			return err
		}
		if time.Now().After(end) {
			return fmt.Errorf("%s does not react", name)
		}
	}
}

// tell has a node read its files, and waits until it has.
func tell(state, name string) error {
	before, err := send(state, name, syscall.SIGHUP)
	if err != nil {
		return err
	}
	return until(state, name, func(c counts) bool {
		return c.reloads > before.reloads
	})
}

// meet has every host connect to all whom it knows, from now on, and waits
// until they have.
func meet(state string, names []string) error {
	before := make(map[string]int)
	for _, name := range names {
		c, err := send(state, name, syscall.SIGUSR1)
		if err != nil {
			return err
		}
		before[name] = c.meetings
	}
	for _, name := range names {
		if err := until(state, name, func(c counts) bool {
			return c.meetings > before[name]
		}); err != nil {
			return err
		}
	}
	return nil
}
