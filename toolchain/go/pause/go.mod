module linkerd-topology.dev/toolchain/pause

go 1.24
