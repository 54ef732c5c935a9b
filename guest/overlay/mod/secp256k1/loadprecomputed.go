// Package secp256k1: the table of base points is static data (compressedbytepoints.go,
// written out by the build from the module's own compressed form).
package secp256k1

type bytePointTable [32][256][2]FieldVal

var s256BytePoints = func() *bytePointTable { return &staticBytePoints }
