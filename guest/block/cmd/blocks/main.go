// Command blocks writes the test inputs of the block guest into a folder: one
// file for each, and cases.json with how each must end.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"ambrosia/block/testblocks"
)

type entry struct {
	Name         string `json:"name"`
	About        string `json:"about"`
	File         string `json:"file"`
	SizeBytes    int    `json:"sizeBytes"`
	ExitCode     int    `json:"exitCode"`
	Transactions int    `json:"transactions"`
	GasUsed      uint64 `json:"gasUsed"`
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: blocks FOLDER")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func write(folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	honest := testblocks.Honest()
	forged := testblocks.Forged(honest)
	var entries []entry
	for _, c := range slices.Concat(honest, testblocks.Random(7, 6), forged) {
		file := c.Name + ".input"
		if err := os.WriteFile(filepath.Join(folder, file), c.Input, 0o644); err != nil {
			return err
		}
		entries = append(entries, entry{c.Name, c.About, file, len(c.Input), int(c.Code), c.Transactions, c.GasUsed})
	}
	list, err := json.MarshalIndent(entries, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, "cases.json"), append(list, '\n'), 0o644)
}
