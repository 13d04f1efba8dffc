// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
)

// PostgreSQL's frontend/backend protocol 3.0, as much as a login and a simple
// query need.
const (
	protocol     = 3 << 16
	sslRequest   = 80877103
	gssRequest   = 80877104
	packetMax    = 1 << 16
	authNo       = "28000" // invalid_authorization_specification
	notSupported = "0A000"
)

// readPacket reads what comes before the login: a length and the rest.
func readPacket(r io.Reader) ([]byte, error) {
	var size uint32
	if err := binary.Read(r, binary.BigEndian, &size); err != nil {
		return nil, err
	}
	if size < 8 || size > packetMax {
		return nil, fmt.Errorf("a packet of %d bytes", size)
	}
	packet := make([]byte, size-4)
	_, err := io.ReadFull(r, packet)
	return packet, err
}

// readMessage reads one message: its type and its body.
func readMessage(r io.Reader) (byte, []byte, error) {
	var head struct {
		Kind byte
		Size uint32
	}
	if err := binary.Read(r, binary.BigEndian, &head); err != nil {
		return 0, nil, err
	}
	if head.Size < 4 || head.Size > packetMax {
		return 0, nil, fmt.Errorf("a message of %d bytes", head.Size)
	}
	body := make([]byte, head.Size-4)
	_, err := io.ReadFull(r, body)
	return head.Kind, body, err
}

func message(kind byte, body []byte) []byte {
	out := []byte{kind}
	out = binary.BigEndian.AppendUint32(out, uint32(len(body)+4))
	return append(out, body...)
}

func packet(code uint32, body []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(body)+8))
	out = binary.BigEndian.AppendUint32(out, code)
	return append(out, body...)
}

// hello is a client's part after the handshake: a login, a query, the end.
func hello(user string) []byte {
	return append(append(startup(user), query()...), message('X', nil)...)
}

func startup(user string) []byte {
	return packet(protocol, []byte("user\x00"+user+"\x00database\x00defaultdb\x00\x00"))
}

func query() []byte {
	return message('Q', []byte("SELECT 1\x00"))
}

// startupUser returns the user that a StartupMessage names.
func startupUser(packet []byte) (string, error) {
	if binary.BigEndian.Uint32(packet) != protocol {
		return "", fmt.Errorf("a startup message of another protocol")
	}
	words := bytes.Split(packet[4:], []byte{0})
	for i := 0; i+1 < len(words); i += 2 {
		if string(words[i]) == "user" {
			return string(words[i+1]), nil
		}
	}
	return "", fmt.Errorf("a startup message without a user")
}

// welcome is AuthenticationOk, the settings that drivers insist on, and
// ReadyForQuery.
func welcome() []byte {
	out := message('R', make([]byte, 4))
	for _, setting := range [][2]string{
		{"server_version", "13.0.0"},
		{"server_encoding", "UTF8"},
		{"client_encoding", "UTF8"},
		{"DateStyle", "ISO, MDY"},
		{"integer_datetimes", "on"},
		{"standard_conforming_strings", "on"},
		{"TimeZone", "UTC"},
	} {
		out = append(out, message('S',
			[]byte(setting[0]+"\x00"+setting[1]+"\x00"))...)
	}
	return append(out, ready()...)
}

func ready() []byte {
	return message('Z', []byte{'I'})
}

func refusal(code string, text string) []byte {
	return message('E', []byte("SFATAL\x00VFATAL\x00C"+code+
		"\x00M"+text+"\x00\x00"))
}

// row is a result of one row with one column of text.
func row(text string) []byte {
	const textType = 25
	column := binary.BigEndian.AppendUint16(nil, 1)
	column = append(column, "answer\x00"...)
	column = binary.BigEndian.AppendUint32(column, 0)
	column = binary.BigEndian.AppendUint16(column, 0)
	column = binary.BigEndian.AppendUint32(column, textType)
	column = binary.BigEndian.AppendUint16(column, 0xffff)
	column = binary.BigEndian.AppendUint32(column, 0xffffffff)
	column = binary.BigEndian.AppendUint16(column, 0)

	data := binary.BigEndian.AppendUint16(nil, 1)
	data = binary.BigEndian.AppendUint32(data, uint32(len(text)))
	data = append(data, text...)

	out := append(message('T', column), message('D', data)...)
	out = append(out, message('C', []byte("SELECT 1\x00"))...)
	return append(out, ready()...)
}
