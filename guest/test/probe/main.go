// Command probe does what its input names: it shows what a Go program on the
// machine may rely on, and how each way to fail ends.
package main

import (
	"bufio"
	"crypto/rand"
	"errors"
	"fmt"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"syscall"
	"time"

	"ambrosia/machine"
)

var (
	keep     [][]byte
	absent   *[2]uint64
	sink     int
	fraction = 2.0
)

var probes = map[string]func(){
	"lines":    lines,
	"print":    func() { fmt.Println("standard output"); fmt.Fprintln(os.Stderr, "standard error"); println("built-in") },
	"panic":    func() { panic("a reason") },
	"recover":  recovered,
	"index":    func() { sink = len(keep[len(os.Args)]) },
	"nil":      func() { absent[1] = 7; fmt.Println("stored through nil") },
	"memory":   func() { exhaust(64 << 20) },
	"stack":    func() { sink = recurse(0) },
	"deadlock": func() { <-make(chan int) },
	"sleep":    sleep,
	"threads":  threads,
	"collect":  collect,
	"float":    float,
	"files":    files,
	"random":   func() { rand.Read(make([]byte, 8)) },
	"answer":   func() { machine.Answer([32]byte{1, 2, 3, 31: 32}); machine.WriteString("answered\n") },
	"large":    func() { machine.Write(make([]byte, 1<<20)) },
	"exit":     func() { machine.Exit(77) },
	"lock":     func() { runtime.LockOSThread(); go func() {}(); runtime.Gosched(); time.Sleep(1) },
	"args": func() {
		fmt.Println(len(os.Args), os.Args[0], len(os.Environ()), runtime.NumCPU(), runtime.GOMAXPROCS(0))
	},
}

func main() {
	name, _, _ := strings.Cut(string(machine.Input()), " ")
	probe := probes[name]
	if probe == nil {
		machine.Exit(3)
	}
	probe()
}

// lines reads standard input to its end, twice.
func lines() {
	scanner := bufio.NewScanner(os.Stdin)
	for scanner.Scan() {
		fmt.Printf("%q\n", scanner.Text())
	}
	n, err := os.Stdin.Read(make([]byte, 8))
	fmt.Println(scanner.Err(), n, err)
}

func recovered() {
	defer func() { fmt.Println("recovered:", recover()) }()
	panic(errors.New("again"))
}

func exhaust(size int) {
	for {
		block := make([]byte, size)
		block[1] = 1
		keep = append(keep, block)
	}
}

func recurse(depth int) int {
	var frame [100]int
	frame[depth%100] = depth
	return recurse(depth+1) + frame[(depth+1)%100]
}

func sleep() {
	start := time.Now()
	after := time.After(3 * time.Hour)
	time.Sleep(time.Hour)
	middle := time.Since(start)
	<-after
	fmt.Println(middle, time.Since(start))
}

func threads() {
	var group sync.WaitGroup
	var lock sync.Mutex
	total := 0
	for i := range 100 {
		group.Go(func() {
			for range 10 {
				runtime.Gosched()
				lock.Lock()
				total += i
				lock.Unlock()
			}
		})
	}
	group.Wait()
	fmt.Println(total)
}

// collect allocates 192 MB while it keeps 4 MB: without a collector the heap
// would still be small enough, so the number of collections is printed.
func collect() {
	keep = make([][]byte, 64)
	for i := range 3000 {
		keep[i%64] = make([]byte, 64<<10)
	}
	var stats debug.GCStats
	debug.ReadGCStats(&stats)
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	fmt.Println(stats.NumGC > 10, memory.HeapSys < 64<<20)
}

func float() {
	fmt.Println(math.Floor(-fraction/3), math.Ceil(fraction/3), math.Trunc(-fraction*1.3), math.Sqrt(fraction),
		math.Max(fraction, 3), math.Min(fraction, math.Copysign(0, -1)), math.FMA(fraction, fraction, 1),
		float32(fraction)/3, int64(fraction*1e9), uint64(fraction*1e18), math.Inf(1) > fraction, math.NaN() == fraction)
}

func files() {
	_, err := os.ReadFile("/etc/hostname")
	fmt.Println(errors.Is(err, syscall.ENOSYS), err)
}
