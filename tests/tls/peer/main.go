// SPDX-License-Identifier: Apache-2.0

// Peer plays the two ends of a CockroachDB connection, to see whether
// certificates do what they are for: a server that reads a certificate
// directory as CockroachDB's loader does and speaks as much of PostgreSQL's
// wire protocol as a login needs, and a client.
//
//	peer serve CASES PORTS LOG   one listener for each case, until killed
//	peer dial CASES PORTS        the cases whose client is `go`
//	peer hello USER              what a client says after the TLS handshake
//
// And hosts of a cluster that live while their certificates are replaced
// (tests/rehearsal); STATE is a directory that they share:
//
//	peer node STATE NAME CERTS-DIR NODE...    a node, until killed
//	peer client STATE NAME CERTS-DIR NODE...  a client, until killed
//	peer tell STATE NAME                      SIGHUP, until it has read its files
//	peer meet STATE NAME...                   all connect to all whom they know
package main

import (
	"fmt"
	"os"
)

func run(args []string) error {
	switch {
	case len(args) == 4 && args[0] == "serve":
		return serve(args[1], args[2], args[3])
	case len(args) == 3 && args[0] == "dial":
		return dial(args[1], args[2], os.Stdout)
	case len(args) == 2 && args[0] == "hello":
		_, err := os.Stdout.Write(hello(args[1]))
		return err
	case len(args) > 4 && args[0] == "node":
		return liveAsNode(args[1], args[2], args[3], args[4:])
	case len(args) > 4 && args[0] == "client":
		return liveAsClient(args[1], args[2], args[3], args[4:])
	case len(args) == 3 && args[0] == "tell":
		return tell(args[1], args[2])
	case len(args) > 2 && args[0] == "meet":
		return meet(args[1], args[2:])
	}
	return fmt.Errorf("usage: peer serve CASES PORTS LOG | " +
		"dial CASES PORTS | hello USER | " +
		"node|client STATE NAME CERTS-DIR NODE... | " +
		"tell STATE NAME | meet STATE NAME...")
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "peer:", err)
		os.Exit(1)
	}
}
