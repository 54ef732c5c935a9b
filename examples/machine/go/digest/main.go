// Command digest answers with the SHA-256 of its input and prints it in
// hexadecimal: the least a program on the machine does.
package main

import (
	"crypto/sha256"

	"ambrosia/machine"
)

const digits = "0123456789abcdef"

func main() {
	sum := sha256.Sum256(machine.Input())
	machine.Answer(sum)
	line := make([]byte, 0, 65)
	for _, b := range sum {
		line = append(line, digits[b>>4], digits[b&15])
	}
	machine.Write(append(line, '\n'))
	machine.Exit(0)
}
