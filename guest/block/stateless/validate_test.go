package stateless_test

import (
	"bytes"
	"math/big"
	"math/rand"
	"slices"
	"sync"
	"testing"

	"ambrosia/block/stateless"
	"ambrosia/block/testblocks"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
)

var honest = sync.OnceValue(testblocks.Honest)

func validate(input []byte) *stateless.Refusal {
	in, err := stateless.Decode(input)
	if err != nil {
		return &stateless.Refusal{Code: stateless.CodeInput, Reason: err.Error()}
	}
	return stateless.Validate(stateless.Config(), in)
}

func TestHonestBlocksAreValid(t *testing.T) {
	for _, c := range honest() {
		if refusal := validate(c.Input); refusal != nil {
			t.Errorf("%s: refused with %d: %v", c.Name, refusal.Code, refusal)
		}
	}
}

func TestRandomBlocksAreValid(t *testing.T) {
	for _, c := range testblocks.Random(42, 120) {
		if refusal := validate(c.Input); refusal != nil {
			t.Errorf("%s: refused with %d: %v", c.Name, refusal.Code, refusal)
		}
	}
}

func TestForgedBlocksAreRefused(t *testing.T) {
	forged := testblocks.Forged(honest())
	omitted := 0
	for _, c := range forged {
		refusal := validate(c.Input)
		switch {
		case refusal == nil:
			t.Errorf("%s: accepted (%s)", c.Name, c.About)
		case refusal.Code != c.Code:
			t.Errorf("%s: refused with %d, not %d: %v", c.Name, refusal.Code, c.Code, refusal)
		}
		if bytes.HasPrefix([]byte(c.Name), []byte("forged-omitted-")) {
			omitted++
		}
	}
	// The forgeries that core.ExecuteStateless accepts must exist, or they test nothing.
	if omitted < 3 {
		t.Errorf("only %d post-states could be forged by omission", omitted)
	}
}

func TestGeneratorIsDeterministic(t *testing.T) {
	again := testblocks.Honest()
	for i, c := range honest() {
		if !bytes.Equal(c.Input, again[i].Input) {
			t.Errorf("%s differs between two runs", c.Name)
		}
	}
}

// Every header between the block and the ancestor it asks for must be there. The
// ancestor's own need not: its hash stands in its child.
func TestAncestorsMustBeThere(t *testing.T) {
	c := testblocks.Ancestors()
	in, err := stateless.Decode(c.Input)
	if err != nil {
		t.Fatal(err)
	}
	if refusal := stateless.Validate(stateless.Config(), in); refusal != nil {
		t.Fatalf("refused with %d: %v", refusal.Code, refusal)
	}
	headers := in.Witness.Headers
	if len(headers) != 256 {
		t.Errorf("the witness has %d headers", len(headers))
	}
	for _, dropped := range []int{1, 2, 128, 254, 255} {
		in.Witness.Headers = slices.Delete(slices.Clone(headers), dropped, dropped+1)
		refusal := stateless.Validate(stateless.Config(), in)
		if refusal == nil || refusal.Code != stateless.CodeWitness {
			t.Errorf("without header %d: %v", dropped, refusal)
		}
	}
}

// A witness is a set: more entries, or another order, change nothing.
func TestWitnessMayHoldMore(t *testing.T) {
	in := decode(t, "transfers-1")
	in.Witness.State = append(in.Witness.State, []byte("nothing's preimage"))
	in.Witness.Codes = append(in.Witness.Codes, hexutil.Bytes{0})
	stranger := types.CopyHeader(in.Witness.Headers[0])
	stranger.Number = new(big.Int).Add(stranger.Number, big.NewInt(1000))
	in.Witness.Headers = append([]*types.Header{stranger}, in.Witness.Headers...)
	if refusal := stateless.Validate(stateless.Config(), in); refusal != nil {
		t.Errorf("refused with %d: %v", refusal.Code, refusal)
	}
}

// PREVRANDAO is the sequencer's to choose; nothing in these blocks reads it.
func TestMixDigestIsFree(t *testing.T) {
	in := decode(t, "transfers-1")
	header := in.Block.Header()
	header.MixDigest = common.Hash{1}
	in.Block = types.NewBlockWithHeader(header).WithBody(*in.Block.Body())
	if refusal := stateless.Validate(stateless.Config(), in); refusal != nil {
		t.Errorf("refused with %d: %v", refusal.Code, refusal)
	}
}

// Any other block hash than the honest one must be refused, whatever bit of the
// input changed; a change outside the block (of an unused byte of the witness)
// may leave it valid. A panic counts as neither and fails the test.
func TestFlippedBitsNeverForge(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	for _, name := range []string{"transfers-10", "guard", "ancestor"} {
		want := decode(t, name).Block.Hash()
		var input []byte
		for _, c := range honest() {
			if c.Name == name {
				input = c.Input
			}
		}
		for range 400 {
			flipped := bytes.Clone(input)
			bit := random.Intn(len(flipped) * 8)
			flipped[bit/8] ^= 1 << (bit % 8)
			if validate(flipped) != nil {
				continue
			}
			in, err := stateless.Decode(flipped)
			if err != nil {
				t.Fatal(err)
			}
			header := in.Block.Header()
			header.MixDigest = common.Hash{}
			if in.Block.Hash() != want && header.Hash() != want {
				t.Errorf("%s: bit %d makes another valid block", name, bit)
			}
		}
	}
}

func decode(t *testing.T, name string) *stateless.Input {
	t.Helper()
	for _, c := range honest() {
		if c.Name == name {
			in, err := stateless.Decode(c.Input)
			if err != nil {
				t.Fatal(err)
			}
			return in
		}
	}
	t.Fatal("no case " + name)
	return nil
}
