// Command rollup is the guest behind an assertion: it follows the records of L1 from
// one state of a network to another.
//
// Exit 0: the state after follows; the answer is the digest of the assertion. Any
// other code: the input does not show it (package ambrosia/rollup/settle lists the
// codes); the answer stays zero. Nothing of the chain is written: what leaves the
// committee is never data.
package main

import (
	"ambrosia/machine"
	"ambrosia/rollup/settle"
)

func main() {
	in, err := settle.Decode(machine.Input())
	if err != nil {
		refuse(&settle.Refusal{Code: settle.CodeInput, Reason: err.Error()})
	}
	after, refusal := settle.Follow(in)
	if refusal != nil {
		refuse(refusal)
	}
	machine.Answer(settle.Digest(in.Rules, in.State(), after))
	machine.WriteString("the state after follows\n")
	machine.Exit(0)
}

func refuse(refusal *settle.Refusal) {
	machine.WriteString("refused: " + refusal.Reason + "\n")
	machine.Exit(int(refusal.Code))
}
