// Command block is the guest: it validates one block from a witness.
//
// Exit 0: the block is valid; the answer is its hash, and the output names what
// the hash commits to. Any other code: it is not, or the input is not one
// (package ambrosia/block/stateless lists the codes); the answer stays zero.
package main

import (
	"ambrosia/block/stateless"
	"ambrosia/machine"
)

func main() {
	in, err := stateless.Decode(machine.Input())
	if err != nil {
		refuse(&stateless.Refusal{Code: stateless.CodeInput, Reason: err.Error()})
	}
	if refusal := stateless.Validate(stateless.Config(), in); refusal != nil {
		refuse(refusal)
	}
	block := in.Block
	machine.Answer(block.Hash())
	machine.WriteString("valid block " + block.Number().String() + "\n" +
		"hash     " + block.Hash().Hex() + "\n" +
		"parent   " + block.ParentHash().Hex() + "\n" +
		"state    " + block.Root().Hex() + "\n" +
		"receipts " + block.ReceiptHash().Hex() + "\n")
	machine.Exit(0)
}

func refuse(refusal *stateless.Refusal) {
	machine.WriteString("refused: " + refusal.Reason + "\n")
	machine.Exit(int(refusal.Code))
}
