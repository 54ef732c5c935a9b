// Package testblocks makes blocks with witnesses for the block guest: honest ones
// and forged ones, the same bytes in every run.
package testblocks

import (
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/core/vm/program"
	"github.com/ethereum/go-ethereum/crypto"
)

var (
	tokenAddress    = common.HexToAddress("0xa000000000000000000000000000000000000001")
	callerAddress   = common.HexToAddress("0xa000000000000000000000000000000000000002")
	guardAddress    = common.HexToAddress("0xa000000000000000000000000000000000000003")
	counterAddress  = common.HexToAddress("0xa000000000000000000000000000000000000004")
	runnerAddresses = []common.Address{
		common.HexToAddress("0xb000000000000000000000000000000000000001"),
		common.HexToAddress("0xb000000000000000000000000000000000000002"),
		common.HexToAddress("0xb000000000000000000000000000000000000003"),
	}
	ancestorAddress = common.HexToAddress("0xa000000000000000000000000000000000000005")
)

// tokenCode moves a balance: calldata is the recipient and the amount, 32 bytes
// each; a balance lies at keccak256(address, 0); it logs Transfer.
func tokenCode() []byte {
	p := program.New()
	slot := func() { p.Push0().Op(vm.MSTORE).Push(64).Push0().Op(vm.KECCAK256) }
	amount := func() { p.Push(32).Op(vm.CALLDATALOAD) }
	p.Op(vm.CALLER)
	slot()
	p.Op(vm.DUP1, vm.SLOAD)
	amount()
	p.Op(vm.SWAP1, vm.SUB, vm.SWAP1, vm.SSTORE)
	p.Push0().Op(vm.CALLDATALOAD)
	slot()
	p.Op(vm.DUP1, vm.SLOAD)
	amount()
	p.Op(vm.ADD, vm.SWAP1, vm.SSTORE)
	amount()
	p.Push0().Op(vm.MSTORE)
	p.Push0().Op(vm.CALLDATALOAD, vm.CALLER)
	p.Push(crypto.Keccak256([]byte("Transfer(address,address,uint256)"))).Push(32).Push0().Op(vm.LOG3, vm.STOP)
	return p.Bytes()
}

// callerCode calls the address in the first word of its calldata with the rest of
// it, and stores under the hash of that rest whether the call succeeded, and
// beside it the hash of what it returned: the state root depends on every bit.
func callerCode() []byte {
	p := program.New()
	p.Push(32).Op(vm.CALLDATASIZE, vm.SUB)
	p.Op(vm.DUP1).Push(32).Push0().Op(vm.CALLDATACOPY)
	p.Push0().Push0().Op(vm.DUP3).Push0().Push0().Op(vm.CALLDATALOAD, vm.GAS, vm.STATICCALL)
	p.Op(vm.SWAP1).Push0().Op(vm.KECCAK256)
	p.Op(vm.DUP1, vm.SWAP2).Push(1).Op(vm.ADD, vm.SWAP1, vm.SSTORE)
	p.Op(vm.RETURNDATASIZE).Push0().Push0().Op(vm.RETURNDATACOPY)
	p.Op(vm.RETURNDATASIZE).Push0().Op(vm.KECCAK256, vm.SWAP1).Push(1).Op(vm.ADD, vm.SSTORE, vm.STOP)
	return p.Bytes()
}

// guardCode is worth forging: it reads slot 1, writes to slot 1 only if slot 0 is
// zero (it is not), then calls the counter. Whoever makes a slot read as zero, or
// the counter's code vanish, gets another post-state.
func guardCode() []byte {
	p := program.New()
	p.Push(1).Op(vm.SLOAD, vm.POP).Push0().Op(vm.SLOAD)
	const afterWrite = 16
	p.Push(afterWrite).Op(vm.JUMPI).Push(1).Push(1).Op(vm.SSTORE)
	for p.Size() < afterWrite {
		p.Op(vm.JUMPDEST)
	}
	p.Op(vm.JUMPDEST).Call(nil, counterAddress, 0, 0, 0, 0, 0).Op(vm.POP, vm.STOP)
	return p.Bytes()
}

// counterCode adds one to slot 0.
func counterCode() []byte {
	return program.New().Push0().Op(vm.SLOAD).Push(1).Op(vm.ADD).Push0().Op(vm.SSTORE, vm.STOP).Bytes()
}

// runnerCode runs its calldata as code, in its own storage: it creates a contract
// with the calldata as init code and delegates to what came out.
func runnerCode() []byte {
	p := program.New().Op(vm.CALLDATASIZE).Push0().Push0().Op(vm.CALLDATACOPY)
	p.Push0().Push0().Push0().Push0().Op(vm.CALLDATASIZE).Push0().Push0().Op(vm.CREATE)
	return p.Op(vm.GAS, vm.DELEGATECALL, vm.STOP).Bytes()
}

// ancestorCode stores the hash of an earlier block: calldata is how many before.
func ancestorCode() []byte {
	p := program.New().Push0().Op(vm.CALLDATALOAD, vm.NUMBER, vm.SUB, vm.BLOCKHASH)
	return p.Push0().Op(vm.SSTORE, vm.STOP).Bytes()
}
