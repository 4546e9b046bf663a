module linkerd-topology.dev/toolchain/probe

go 1.24
