// Package runtime: timers without a poller. Replaces runtime/netpoll_epoll.go.
//
// There are no descriptors to wait for. The scheduler calls netpoll with a delay
// only when no goroutine can run before the next timer: then the clock jumps to
// that timer. So time.Sleep and timers work, take no steps while they wait, and
// are the same in every run.

package runtime

// machineClock is the monotonic and the wall clock, in nanoseconds. It starts at
// 1 because the runtime takes 0 for a broken clock.
var machineClock int64 = 1

func netpollinit() {}

func netpollIsPollDescriptor(fd uintptr) bool { return false }

func netpollopen(fd uintptr, pd *pollDesc) uintptr { return 38 } // ENOSYS

func netpollclose(fd uintptr) uintptr { return 38 } // ENOSYS

func netpollarm(pd *pollDesc, mode int) { throw("runtime: unused") }

func netpollBreak() {}

func netpoll(delay int64) (gList, int32) {
	if delay > 0 {
		machineClock += delay
	}
	return gList{}, 0
}
