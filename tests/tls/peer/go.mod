module coldca.test/peer

go 1.19

require golang.org/x/crypto v0.0.0

// Debian's golang-golang-x-crypto-dev.
replace golang.org/x/crypto => /usr/share/gocode/src/golang.org/x/crypto
