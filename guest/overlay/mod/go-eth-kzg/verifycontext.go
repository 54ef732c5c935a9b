package goethkzg

import "github.com/crate-crypto/go-eth-kzg/internal/kzg"

// NewVerifyContext returns a context for VerifyKZGProof alone (EIP-4844, point
// evaluation): the generators of G1 and G2 and the secret times the latter, in
// hexadecimal, from the trusted setup. Every other method of it panics.
func NewVerifyContext(g1, g2, secretG2 string) (*Context, error) {
	generatorG1, err := parseG1PointNoSubgroupCheck(g1)
	if err != nil {
		return nil, err
	}
	generatorG2, err := parseG2PointNoSubgroupCheck(g2)
	if err != nil {
		return nil, err
	}
	alphaG2, err := parseG2PointNoSubgroupCheck(secretG2)
	if err != nil {
		return nil, err
	}
	key := &kzg.OpeningKey{GenG1: generatorG1, GenG2: generatorG2, AlphaG2: alphaG2}
	return &Context{openKey4844: key}, nil
}
