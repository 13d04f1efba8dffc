// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	domain = ".example.com"
	beat   = 200 * time.Millisecond // between two rounds of connections
)

// A host is one process of a cluster that lives while its certificates are
// replaced. It keeps connections open and asks over them again and again,
// opens new ones, and writes down each one that it does not get.
type host struct {
	state string // the directory that all hosts share
	name  string
	user  string
	nodes []string // whom it connects to
	keeps []string // with whom it keeps a connection
	each  int      // how many of nodes it connects to in a round
	next  int      // which is the next of them
	read  func(before *identity) (*identity, error)
	fresh bool // reads its files before each round

	files atomic.Pointer[identity]
	ports map[string]string
	kept  map[string]*tls.Conn

	mutex sync.Mutex // of what follows; connections to a node report too
	count counts
	log   *os.File
}

// liveAsNode serves, keeps a connection to every other node and opens one to
// each in every round. It reads its files when it starts and on SIGHUP.
func liveAsNode(state, name, dir string, nodes []string) error {
	h := &host{state: state, name: name, user: "node"}
	h.read = func(before *identity) (*identity, error) {
		return readNode(dir, before)
	}
	for _, other := range nodes {
		if other != name {
			h.nodes = append(h.nodes, other)
		}
	}
	h.keeps = h.nodes
	h.each = len(h.nodes)
	if err := h.begin(); err != nil {
		return err
	}
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go h.serve(listener)
	port := fmt.Sprint(listener.Addr().(*net.TCPAddr).Port)
	if err := replace(h.path("port"), port); err != nil {
		return err
	}
	return h.live()
}

// liveAsClient keeps a connection to the first of nodes and opens one to the
// next of them in every round, with its files as they are then: as a client
// that is started anew.
func liveAsClient(state, name, dir string, nodes []string) error {
	h := &host{state: state, name: name, user: name, nodes: nodes,
		keeps: nodes[:1], each: 1, fresh: true}
	h.read = func(*identity) (*identity, error) {
		c, err := readClient(dir, "client."+name)
		return &identity{client: c}, err
	}
	if err := h.begin(); err != nil {
		return err
	}
	return h.live()
}

func (h *host) path(kind string) string {
	return filepath.Join(h.state, h.name+"."+kind)
}

func (h *host) begin() error {
	files, err := h.read(nil)
	if err != nil {
		return err
	}
	h.files.Store(files)
	h.ports = make(map[string]string)
	h.kept = make(map[string]*tls.Conn)
	h.log, err = os.Create(h.path("log"))
	return err
}

// live connects in rounds, and with everybody when it is told to by SIGUSR1.
func (h *host) live() error {
	hup := make(chan os.Signal, 1)
	usr1 := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	signal.Notify(usr1, syscall.SIGUSR1)
	if err := h.findNodes(); err != nil {
		return err
	}
	if err := replace(h.path("pid"), fmt.Sprint(os.Getpid())); err != nil {
		return err
	}
	ticker := time.NewTicker(beat)
	for {
		if err := h.writeCounts(); err != nil {
			return err
		}
		h.untilTold(hup, usr1, ticker.C)
	}
}

// untilTold beats until it has done what a signal wants.
func (h *host) untilTold(hup, usr1 chan os.Signal, ticks <-chan time.Time) {
	for {
		select {
		case <-hup:
			h.reload()
			h.count.reloads++
			return
		case <-usr1:
			h.round(len(h.nodes))
			h.count.meetings++
			return
		case <-ticks:
			h.round(h.each)
		}
	}
}

func (h *host) findNodes() error {
	for _, node := range h.nodes {
		port, err := await(filepath.Join(h.state, node+".port"))
		if err != nil {
			return err
		}
		h.ports[node] = port
	}
	return nil
}

// reload: what can not be read leaves everything as it was.
func (h *host) reload() {
	files, err := h.read(h.files.Load())
	if err != nil {
		h.failed("reload", err)
		return
	}
	h.files.Store(files)
}

// round asks over the connections that are kept, and opens new ones.
func (h *host) round(connections int) {
	if h.fresh {
		h.reload()
	}
	for _, node := range h.keeps {
		h.ask(node)
	}
	for i := 0; i < connections; i++ {
		h.visit(h.nodes[h.next%len(h.nodes)])
		h.next++
	}
}

// ask sends a query over the connection that is kept to node, which is opened
// when there is none.
func (h *host) ask(node string) {
	conn := h.kept[node]
	var err error
	if conn == nil {
		conn, err = h.login(node, tls.VersionTLS13)
		if err != nil {
			h.failed("connection to "+node, err)
			return
		}
		h.kept[node] = conn
		h.succeeded(&h.count.connections)
	}
	if err = askOnce(conn); err != nil {
		h.failed("lost the connection to "+node, err)
		conn.NetConn().Close()
		delete(h.kept, node)
		return
	}
	h.succeeded(&h.count.pings)
}

// visit opens a connection to node, asks and closes it. TLS 1.2 and 1.3 take
// turns.
func (h *host) visit(node string) {
	version := uint16(tls.VersionTLS12 + h.next/len(h.nodes)%2)
	conn, err := h.login(node, version)
	if err == nil {
		err = askOnce(conn)
		_, _ = conn.Write(message('X', nil))
		_ = conn.Close()
	}
	if err != nil {
		h.failed("connection to "+node, err)
		return
	}
	h.succeeded(&h.count.connections)
}

func (h *host) login(node string, version uint16) (*tls.Conn, error) {
	c := h.files.Load().client.Clone()
	c.MinVersion, c.MaxVersion = version, version
	c.ServerName = node + domain
	conn, err := open(h.ports[node], c)
	if err != nil {
		return nil, err
	}
	if _, err := conn.Write(startup(h.user)); err != nil {
		conn.NetConn().Close()
		return nil, err
	}
	return conn, nil
}

func askOnce(conn *tls.Conn) error {
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	if _, err := conn.Write(query()); err != nil {
		return err
	}
	_, err := readAnswer(conn)
	return err
}

// serve gives each connection the files as they are when it comes.
func (h *host) serve(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			h.failed("listener", err)
			return
		}
		go func() {
			defer conn.Close()
			words, err := session(conn, h.files.Load().server)
			// Whoever has been answered may go away as he likes.
			if err != nil && words == "" {
				h.failed("connection from somebody", err)
			}
		}()
	}
}
