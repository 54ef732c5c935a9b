// Package machine is what a Go program on the Ambrosia machine has in place of an
// operating system: an input, an output, an answer and an exit.
//
// Standard input and output work too: os.Stdin reads the same input, and what is
// written to os.Stdout and os.Stderr, or by a panic, is appended to the same output.
//
// The memory map is that of docs/spec/guest.md. Built without the tag "ambrosia" the
// package works on any host, so that a program can be tested there: the input is
// standard input, the output standard output.
package machine

import "syscall"

// Input returns the program's whole input. The bytes lie in the machine's input
// region: they must not be written, and reading them costs nothing but the loads.
func Input() []byte { return input() }

// Write appends to the output: what `ambrosia machine run` prints. It fails only
// where the output region (2^31 bytes) is full.
func Write(p []byte) (int, error) { return write(p) }

// WriteString is Write of a string's bytes.
func WriteString(s string) (int, error) { return write([]byte(s)) }

// Output is the output as an io.Writer.
var Output writer

type writer struct{}

func (writer) Write(p []byte) (int, error) { return write(p) }

// Answer sets the program's answer: the first 32 bytes of the output region, the
// "output word" of a claim. It is zero until set; the last call counts. A program
// that keeps its output private answers with a salted hash of it.
func Answer(word [32]byte) { answer(word) }

// Exit ends the program with a code. 0 means that the program accepts its input;
// 2 is what the Go runtime exits with after a panic, so programs avoid it.
func Exit(code int) { syscall.Exit(code) }
