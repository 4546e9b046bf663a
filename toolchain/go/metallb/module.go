//go:build never

// Package metallb keeps the programs of MetalLB among the requirements of this module.
package metallb

import (
	_ "go.universe.tf/metallb/controller"
	_ "go.universe.tf/metallb/speaker"
)
