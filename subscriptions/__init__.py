"""Live boards: one relay a process reads the log and decides; sockets only send."""
