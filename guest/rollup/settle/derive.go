package settle

import "github.com/ethereum/go-ethereum/rlp"

// Limits that are the same in every network.
const (
	entriesPerBlock = 256
	forcedPerBlock  = 4
	bodyBytes       = 4 << 20
	blocksPerBody   = 1024
)

// bodyBlock is a block as a batch has it.
type bodyBlock struct {
	Timestamp    uint64
	Count        uint64
	Transactions [][]byte
}

// decodeBody gives the blocks of a body; none where it is undecodable or over a
// limit. Every record means something.
func decodeBody(body []byte) []bodyBlock {
	if len(body) > bodyBytes {
		return nil
	}
	var blocks []bodyBlock
	if rlp.DecodeBytes(body, &blocks) != nil || len(blocks) > blocksPerBody {
		return nil
	}
	return blocks
}

// cursor is where the blocks of a record have come to.
type cursor struct {
	position  int // blocks of the body that stand so far; -1 when the body has ended
	timestamp uint64
	count     uint64
	gasUsed   uint64
}

// next is the next block that a record means; false at its end.
func (c *cursor) next(rules Rules, batch Batch, blocks []bodyBlock, entries []Entry) (bodyBlock, bool) {
	limit := c.count + consumable(entries)
	if c.position >= 0 && c.position < len(blocks) && c.gasUsed < rules.RecordGas {
		block := blocks[c.position]
		if block.Timestamp > c.timestamp && block.Timestamp <= batch.L1Timestamp+rules.MaximumDrift &&
			block.Count >= c.count && block.Count <= batch.InboxCount && block.Count <= limit {
			c.position++
			c.timestamp, c.count = block.Timestamp, block.Count
			return block, true
		}
	}
	c.position = -1
	if c.count >= batch.InboxCount {
		return bodyBlock{}, false
	}
	c.timestamp = max(c.timestamp+1, batch.L1Timestamp)
	c.count = min(limit, batch.InboxCount)
	return bodyBlock{Timestamp: c.timestamp, Count: c.count}, true
}

// consumable is how many of the entries to come one block may consume at most.
func consumable(entries []Entry) (count uint64) {
	forced := 0
	for _, entry := range entries {
		if entry.Kind == kindForced {
			forced++
		}
		if count == entriesPerBlock || forced > forcedPerBlock {
			break
		}
		count++
	}
	return count
}
