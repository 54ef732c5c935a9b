// Command wordcount prints the ten most frequent words of its input with their
// counts. Four goroutines count a part each and send their maps over a channel,
// which makes the scheduler, the allocator and the garbage collector work: all
// of it on one hart, and in the same number of steps in every run.
package main

import (
	"bytes"
	"cmp"
	"slices"
	"strconv"

	"ambrosia/machine"
)

const parts = 4

type entry struct {
	word  string
	count int
}

func main() {
	counts := make(chan map[string]int)
	rest := machine.Input()
	for part := range parts {
		end := len(rest) / (parts - part)
		for end < len(rest) && rest[end] != ' ' && rest[end] != '\n' {
			end++
		}
		go count(rest[:end], counts)
		rest = rest[end:]
	}
	total := map[string]int{}
	for range parts {
		for word, n := range <-counts {
			total[word] += n
		}
	}
	entries := make([]entry, 0, len(total))
	for word, n := range total {
		entries = append(entries, entry{word, n})
	}
	slices.SortFunc(entries, func(a, b entry) int {
		return cmp.Or(cmp.Compare(b.count, a.count), cmp.Compare(a.word, b.word))
	})
	for _, e := range entries[:min(10, len(entries))] {
		machine.WriteString(strconv.Itoa(e.count) + " " + e.word + "\n")
	}
	machine.Exit(0)
}

func count(text []byte, out chan<- map[string]int) {
	counts := map[string]int{}
	for word := range bytes.FieldsSeq(text) {
		counts[string(bytes.ToLower(word))]++
	}
	out <- counts
}
