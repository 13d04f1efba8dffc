module coldca.test/peer

go 1.19
