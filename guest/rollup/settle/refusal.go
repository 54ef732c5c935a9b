package settle

import "fmt"

// Code says what a refused input failed on. It is the guest's exit code.
type Code int

// 0 accepts; 2 is a panic of the Go runtime. 16 and 17 are those of the validator
// of blocks.
const (
	CodeInput      Code = 16 // cannot be decoded, or is not whole
	CodeWitness    Code = 17 // a trie node, code or header that is needed is missing
	CodeCommitment Code = 27 // is not what L1 committed to
)

// Refusal is why an input shows nothing.
type Refusal struct {
	Code   Code
	Reason string
}

func (r *Refusal) Error() string { return r.Reason }

func refuse(code Code, format string, args ...any) *Refusal {
	return &Refusal{code, fmt.Sprintf(format, args...)}
}
