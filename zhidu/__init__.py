"""The keeper: the command line, what `zhidu up` starts and watches, the sample companies."""
