module linkerd-topology.dev/toolchain/no-data-plane

go 1.24
