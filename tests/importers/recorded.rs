//! Samples that tools wrote: blkparse, fio, strace, nbdkit.
