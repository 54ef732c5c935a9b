package settle

import (
	"encoding/json"
	"math/big"
	"os"
	"path/filepath"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/rlp"
)

// vectors are where the repository has them; a build in another folder names it.
func readVectors(t *testing.T, name string, into any) {
	t.Helper()
	folder := os.Getenv("AMBROSIA_VECTORS")
	if folder == "" {
		folder = filepath.Join("..", "..", "..", "vectors", "rollup")
	}
	data, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatal(err)
	}
}

type formats struct {
	Rules struct {
		L1ChainID    uint64         `json:"l1ChainId"`
		Inbox        common.Address `json:"inbox"`
		ChainID      uint64         `json:"chainId"`
		GasLimit     uint64         `json:"gasLimit"`
		FeeRecipient common.Address `json:"feeRecipient"`
		MaximumDrift uint64         `json:"maximumDrift"`
		RecordGas    uint64         `json:"recordGas"`
		Hash         common.Hash    `json:"hash"`
	} `json:"rules"`
	Keys struct {
		Public  common.Hash `json:"publicKey"`
		Private common.Hash `json:"privateKey"`
	} `json:"keys"`
	Inbox []struct {
		Kind          uint64          `json:"kind"`
		Index         uint64          `json:"index"`
		Timestamp     uint64          `json:"timestamp"`
		Sender        common.Address  `json:"sender"`
		Token         common.Address  `json:"token"`
		Amount        string          `json:"amount"`
		Commitment    common.Hash     `json:"commitment"`
		Sealed        hexutil.Bytes   `json:"sealed"`
		EncryptionKey common.Hash     `json:"encryptionKey"`
		MetadataHash  common.Hash     `json:"metadataHash"`
		Leaf          common.Hash     `json:"leaf"`
		Recipient     *common.Address `json:"recipient"`
		Transaction   *hexutil.Bytes  `json:"transaction"`
	} `json:"inbox"`
	Tree []struct {
		Count    uint64        `json:"count"`
		Anchor   common.Hash   `json:"anchor"`
		Subtrees []common.Hash `json:"subtrees"`
	} `json:"tree"`
	Transactions []struct {
		Name     string        `json:"name"`
		Raw      hexutil.Bytes `json:"raw"`
		Length   int           `json:"length"`
		IsForced bool          `json:"isForced"`
		Drop     *string       `json:"drop"`
	} `json:"transactions"`
	Bodies []struct {
		Name   string        `json:"name"`
		Body   hexutil.Bytes `json:"body"`
		Blocks int           `json:"blocks"`
	} `json:"bodies"`
}

func TestFormatsAreThoseOfTheVectors(t *testing.T) {
	var v formats
	readVectors(t, "formats.json", &v)
	rules := Rules{v.Rules.L1ChainID, v.Rules.Inbox, v.Rules.ChainID, v.Rules.GasLimit, v.Rules.FeeRecipient, v.Rules.MaximumDrift, v.Rules.RecordGas}
	if rules.hash() != v.Rules.Hash {
		t.Error("the hash of the rules differs")
	}
	ring, refusal := newKeyring([]KeyPair{{v.Keys.Public, v.Keys.Private}})
	if refusal != nil {
		t.Fatal(refusal)
	}
	for _, e := range v.Inbox {
		amount, _ := new(big.Int).SetString(e.Amount, 10)
		entry := Entry{e.Kind, e.Index, e.Timestamp, e.Sender, e.Token, amount, e.Commitment, e.Sealed, e.EncryptionKey, e.MetadataHash}
		if entry.leaf() != e.Leaf {
			t.Errorf("the leaf of entry %d differs", e.Index)
		}
		if e.Kind == kindForced {
			raw, refusal := ring.forced(rules, entry)
			if refusal != nil || (raw == nil) != (e.Transaction == nil) || raw != nil && string(raw) != string(*e.Transaction) {
				t.Errorf("the forced transaction of entry %d differs", e.Index)
			}
		}
		if e.Kind == kindDeposit {
			to := e.Sender
			if e.Recipient != nil {
				to = *e.Recipient
			}
			if w, refusal := ring.withdrawal(rules, entry); refusal != nil || w.Address != to {
				t.Errorf("the recipient of entry %d differs", e.Index)
			}
		}
	}
	for _, tree := range v.Tree {
		f, err := newFrontier(tree.Count, tree.Subtrees)
		if err != nil || f.anchor() != tree.Anchor {
			t.Errorf("the anchor of %d leaves differs: %v", tree.Count, err)
		}
	}
	for _, tx := range v.Transactions {
		raw := append(tx.Raw, make([]byte, max(0, tx.Length-len(tx.Raw)))...)
		if mayStand(rules, raw, tx.IsForced) != (tx.Drop == nil) {
			t.Errorf("transaction %q is judged otherwise", tx.Name)
		}
	}
	for _, body := range v.Bodies {
		if len(decodeBody(body.Body)) != body.Blocks {
			t.Errorf("body %q has other blocks", body.Name)
		}
	}
}

type guestCase struct {
	Name   string        `json:"name"`
	Input  hexutil.Bytes `json:"input"`
	Digest common.Hash   `json:"digest"`
	Blocks int           `json:"blocks"`
}

func readCases(t *testing.T) []guestCase {
	var v struct {
		Cases []guestCase `json:"cases"`
	}
	readVectors(t, "guest.json", &v)
	if len(v.Cases) == 0 {
		t.Fatal("no cases")
	}
	return v.Cases
}

func decode(t *testing.T, c guestCase) *Input {
	t.Helper()
	in, err := Decode(c.Input)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func TestTheNodesStatesFollow(t *testing.T) {
	for _, c := range readCases(t) {
		in := decode(t, c)
		after, refusal := Follow(in)
		if refusal != nil {
			t.Errorf("%s: %v", c.Name, refusal)
			continue
		}
		if Digest(in.Rules, in.State(), after) != c.Digest {
			t.Errorf("%s: another digest", c.Name)
		}
	}
}

// Each is refused, or leads to another digest than the honest one: nothing that L1
// does not have changes what follows from what it has.
func TestForgedInputsShowNothing(t *testing.T) {
	c := readCases(t)[0]
	forgeries := map[string]struct {
		forge func(in *Input)
		code  Code
	}{
		"another salt of the state before":  {func(in *Input) { in.Before.Salt[0]++ }, CodeCommitment},
		"another parent":                    {func(in *Input) { in.Before.Header[40]++ }, CodeCommitment},
		"a subtree too many":                {func(in *Input) { in.Subtrees = append(in.Subtrees, common.Hash{1}) }, CodeInput},
		"a wrong private key":               {func(in *Input) { in.Keys[0].Private[5]++ }, CodeCommitment},
		"a key that is missing":             {func(in *Input) { in.Keys = nil }, CodeInput},
		"another body":                      {func(in *Input) { in.Batches[0].Body[9]++ }, CodeCommitment},
		"another salt of the batch":         {func(in *Input) { in.Batches[0].Salt[0]++ }, CodeCommitment},
		"an entry to somebody else":         {func(in *Input) { in.Entries[0].Sealed[3]++ }, CodeCommitment},
		"a deposit of more":                 {func(in *Input) { in.Entries[0].Amount.Add(in.Entries[0].Amount, big.NewInt(1)) }, CodeCommitment},
		"an entry left out":                 {func(in *Input) { in.Entries = in.Entries[:2] }, CodeCommitment},
		"an entry too many":                 {func(in *Input) { e := in.Entries[0]; e.Index = 3; in.Entries = append(in.Entries, e) }, CodeInput},
		"an entry at another place":         {func(in *Input) { in.Entries[1].Index = 0 }, CodeCommitment},
		"another anchor":                    {func(in *Input) { in.Batches[0].Anchor[0]++ }, CodeCommitment},
		"a record that goes back":           {func(in *Input) { in.Batches[0].InboxCount = 1 }, CodeCommitment},
		"a witness left out":                {func(in *Input) { in.Witnesses = in.Witnesses[:1] }, CodeWitness},
		"a witness too many":                {func(in *Input) { in.Witnesses = append(in.Witnesses, in.Witnesses[0]) }, CodeInput},
		"a witness without its nodes":       {func(in *Input) { in.Witnesses[1].State = nil }, CodeWitness},
		"a proof of the outbox without end": {func(in *Input) { in.OutboxProof = in.OutboxProof[:1] }, CodeWitness},
	}
	for name, forgery := range forgeries {
		in := decode(t, c)
		forgery.forge(in)
		_, refusal := Follow(in)
		if refusal == nil || refusal.Code != forgery.code {
			t.Errorf("%s: %v", name, refusal)
		}
	}
	// What changes the rules changes the statement.
	for name, change := range map[string]func(in *Input){
		"another gas limit":     func(in *Input) { in.Rules.GasLimit++ },
		"another fee recipient": func(in *Input) { in.Rules.FeeRecipient[0]++ },
		"another drift":         func(in *Input) { in.Rules.MaximumDrift++ },
		"another time on L1":    func(in *Input) { in.Batches[0].L1Timestamp++ },
		"another outbox before": func(in *Input) { in.Before.OutboxRoot[0]++ },
	} {
		in := decode(t, c)
		change(in)
		if after, refusal := Follow(in); refusal == nil && Digest(in.Rules, in.State(), after) == c.Digest {
			t.Errorf("%s leads to the same statement", name)
		}
	}
}

// Leaving out any one node or code that was read is noticed: a read of what is
// missing gives nothing, and must not pass for an answer.
func TestEveryNodeOfAWitnessIsNeeded(t *testing.T) {
	c := readCases(t)[0]
	honest := decode(t, c)
	for w, witness := range honest.Witnesses {
		for n := range witness.State {
			in := decode(t, c)
			state := in.Witnesses[w].State
			in.Witnesses[w].State = append(state[:n:n], state[n+1:]...)
			after, refusal := Follow(in)
			if refusal == nil && Digest(in.Rules, in.State(), after) != c.Digest {
				t.Errorf("witness %d without node %d leads to another state", w, n)
			}
		}
		for n := range witness.Codes {
			in := decode(t, c)
			codes := in.Witnesses[w].Codes
			in.Witnesses[w].Codes = append(codes[:n:n], codes[n+1:]...)
			after, refusal := Follow(in)
			if refusal == nil && Digest(in.Rules, in.State(), after) != c.Digest {
				t.Errorf("witness %d without code %d leads to another state", w, n)
			}
		}
	}
}

func TestMalformedInputsAreRefused(t *testing.T) {
	good := readCases(t)[1].Input
	for name, data := range map[string][]byte{
		"nothing": {}, "a list": {0xc0}, "bytes after the end": append(append([]byte{}, good...), 0),
		"half of it": good[:len(good)/2],
	} {
		if _, err := Decode(data); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
	in := decode(t, readCases(t)[1])
	in.Entries = append(in.Entries, Entry{Amount: new(big.Int).Lsh(big.NewInt(1), 256)})
	data, err := rlp.EncodeToBytes(in)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Decode(data); err == nil {
		t.Error("an amount out of range is accepted")
	}
}
