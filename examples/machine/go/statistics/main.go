// Command statistics reads one decimal number per line and prints how many there
// are, their mean, standard deviation and median. Floating point is computed in
// software: the results are those of any IEEE 754 machine, bit for bit.
//
// Exit 1: a line is not a number (the output names the line, never its text), or
// there is none.
package main

import (
	"bytes"
	"math"
	"slices"
	"strconv"

	"ambrosia/machine"
)

func main() {
	var values []float64
	number := 0
	for line := range bytes.Lines(machine.Input()) {
		number++
		text := bytes.TrimSpace(line)
		if len(text) == 0 {
			continue
		}
		value, err := strconv.ParseFloat(string(text), 64)
		if err != nil || math.IsNaN(value) || math.IsInf(value, 0) {
			refuse("line " + strconv.Itoa(number) + " is not a finite number")
		}
		values = append(values, value)
	}
	if len(values) == 0 {
		refuse("no numbers in the input")
	}
	mean, deviation := moments(values)
	say("count ", strconv.Itoa(len(values)))
	say("mean ", decimal(mean))
	say("deviation ", decimal(deviation))
	say("median ", decimal(median(values)))
	machine.Exit(0)
}

// moments returns the mean and the population standard deviation (Welford's
// method, which does not cancel).
func moments(values []float64) (mean, deviation float64) {
	var squares float64
	for i, value := range values {
		delta := value - mean
		mean += delta / float64(i+1)
		squares += delta * (value - mean)
	}
	return mean, math.Sqrt(squares / float64(len(values)))
}

func median(values []float64) float64 {
	slices.Sort(values)
	middle := len(values) / 2
	if len(values)%2 == 1 {
		return values[middle]
	}
	return values[middle-1]/2 + values[middle]/2
}

func decimal(value float64) string { return strconv.FormatFloat(value, 'g', -1, 64) }

func say(label, text string) { machine.WriteString(label + text + "\n") }

func refuse(reason string) {
	say("refused: ", reason)
	machine.Exit(1)
}
