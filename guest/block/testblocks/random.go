package testblocks

import (
	"fmt"
	"math/rand"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/core/vm/program"
)

// Random makes blocks of random state accesses: accounts and slots that exist and
// that do not, deletions, creations, self-destructions, reverts, hashes of earlier
// blocks. Their witnesses must be complete: the guest must accept every one.
func Random(seed int64, count int) []Case {
	random := rand.New(rand.NewSource(seed))
	var blocks []block
	for i := range count {
		fill := func(c *chainMaker, gen *core.BlockGen) {
			for range random.Intn(6) {
				c.randomTransaction(random, gen)
			}
			if random.Intn(3) == 0 {
				gen.AddWithdrawal(&types.Withdrawal{Address: c.randomAddress(random), Amount: uint64(random.Intn(3))})
			}
		}
		blocks = append(blocks, block{fmt.Sprintf("random-%d", i), "random state accesses", fill, true})
	}
	return newChainMaker().run(blocks)
}

func (c *chainMaker) randomTransaction(random *rand.Rand, gen *core.BlockGen) {
	from := random.Intn(senders)
	runner := runnerAddresses[random.Intn(len(runnerAddresses))]
	initCode := program.New().ReturnViaCodeCopy(c.randomCode(random)).Bytes()
	switch random.Intn(8) {
	case 0:
		address := c.randomAddress(random)
		c.send(gen, from, &address, 2_000_000, int64(random.Intn(2)), nil)
	case 1:
		c.send(gen, from, nil, 2_000_000, 0, initCode)
	default:
		c.send(gen, from, &runner, 2_000_000, 0, initCode)
	}
}

// randomAddress is one in two times an account that exists.
func (c *chainMaker) randomAddress(random *rand.Rand) common.Address {
	if random.Intn(2) == 0 {
		return c.addresses[senders+random.Intn(300)]
	}
	i := random.Intn(300)
	return common.BytesToAddress([]byte{0xee, byte(i >> 8), byte(i)})
}

func (c *chainMaker) randomCode(random *rand.Rand) []byte {
	p := program.New()
	address := func() common.Address { return c.randomAddress(random) }
	slot := func() int { return random.Intn(200) }
	for range random.Intn(25) {
		switch random.Intn(10) {
		case 0:
			p.Push(address()).Op(vm.BALANCE, vm.POP)
		case 1:
			p.Push(address()).Op(vm.EXTCODEHASH, vm.POP)
		case 2:
			p.ExtcodeCopy(address(), 0, 0, 32)
		case 3:
			p.Push(slot()).Op(vm.SLOAD, vm.POP)
		case 4, 5, 6:
			p.Push(random.Intn(3)).Push(slot()).Op(vm.SSTORE)
		case 7:
			p.Push(random.Intn(40)).Op(vm.NUMBER, vm.SUB, vm.BLOCKHASH).Push(slot()).Op(vm.SSTORE)
		case 8:
			p.Call(nil, address(), random.Intn(2), 0, 0, 0, 0).Op(vm.POP)
		case 9: // create something that destroys itself at once
			p.Mstore(program.New().Selfdestruct(address()).Bytes(), 0)
			p.Push(22).Push0().Push(random.Intn(2)).Op(vm.CREATE, vm.POP)
		}
	}
	switch random.Intn(4) {
	case 0:
		p.Push0().Push0().Op(vm.REVERT)
	case 1:
		p.Selfdestruct(address())
	default:
		p.Op(vm.STOP)
	}
	return p.Bytes()
}
