package settle

import (
	"errors"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

const depth = 32

// zeros are the roots of empty subtrees by height.
var zeros = func() (roots [depth]common.Hash) {
	for height := 1; height < depth; height++ {
		roots[height] = pair(roots[height-1], roots[height-1])
	}
	return roots
}()

func pair(left, right common.Hash) common.Hash { return crypto.Keccak256Hash(left[:], right[:]) }

// frontier is what appending to a tree needs: for each set bit k of the count, the
// root of the full subtree of 2^k leaves.
type frontier struct {
	count  uint64
	branch [depth]common.Hash
}

// newFrontier takes the subtrees that the count has, lowest first.
func newFrontier(count uint64, subtrees []common.Hash) (*frontier, error) {
	f := &frontier{count: count}
	for height := range depth {
		if count>>height&1 == 0 {
			continue
		}
		if len(subtrees) == 0 {
			return nil, errors.New("the frontier lacks a subtree")
		}
		f.branch[height], subtrees = subtrees[0], subtrees[1:]
	}
	if len(subtrees) != 0 || count>>depth != 0 {
		return nil, errors.New("the frontier has a subtree too many")
	}
	return f, nil
}

func (f *frontier) append(leaf common.Hash) {
	node, height := leaf, 0
	for rest := f.count; rest&1 == 1; rest >>= 1 {
		node = pair(f.branch[height], node)
		height++
	}
	f.branch[height] = node
	f.count++
}

// anchor is root and count in one word.
func (f *frontier) anchor() common.Hash {
	var node common.Hash
	for height := range depth {
		if f.count>>height&1 == 1 {
			node = pair(f.branch[height], node)
		} else {
			node = pair(node, zeros[height])
		}
	}
	return hashWords(node, number(f.count))
}
