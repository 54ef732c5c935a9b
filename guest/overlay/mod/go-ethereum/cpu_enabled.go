package metrics

// ReadCPUStats reads nothing: the machine has no process statistics.
func ReadCPUStats(stats *CPUStats) {}
