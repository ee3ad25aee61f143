//go:build unix

package main

import (
	"os"
	"runtime"
	"syscall"
)

// peak returns the largest number of bytes that a process had in memory. Linux
// counts in kilobytes, macOS in bytes.
func peak(s *os.ProcessState) int64 {
	if s == nil {
		return 0
	}
	usage, ok := s.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	if runtime.GOOS == "darwin" || runtime.GOOS == "ios" {
		return int64(usage.Maxrss)
	}
	return int64(usage.Maxrss) << 10
}
