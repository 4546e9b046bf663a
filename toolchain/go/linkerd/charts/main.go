// Command charts writes Linkerd's Helm charts, which its Go module embeds, into
// a directory, in the form in which the charts repository serves them: with
// their partials beside them and the release's versions filled in.
package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	core "github.com/linkerd/linkerd2/charts"
	multicluster "github.com/linkerd/linkerd2/multicluster/charts"
	viz "github.com/linkerd/linkerd2/viz/charts"
)

// The placeholders that Linkerd's own release build replaces (its
// bin/helm-build).
const (
	versionPlaceholder      = "linkerdVersionValue"
	appVersionPlaceholder   = "edge-XX.X.X"
	chartVersionPlaceholder = "0.0.0-undefined"
)

var charts = []struct {
	name string
	from fs.FS
}{
	{"linkerd-crds", core.Templates},
	{"linkerd-control-plane", core.Templates},
	{"linkerd-multicluster", multicluster.Templates},
	{"linkerd-viz", viz.Templates},
}

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: charts DIRECTORY LINKERD-VERSION CHART-VERSION")
		os.Exit(2)
	}
	into, version, chartVersion := os.Args[1], os.Args[2], os.Args[3]
	for _, chart := range charts {
		target := filepath.Join(into, chart.name)
		err := write(chart.from, chart.name, target, version, chartVersion)
		if err == nil {
			// Helm resolves a dependency from the chart's own charts/ first.
			err = write(core.Templates, "partials", filepath.Join(target, "charts", "partials"), version, chartVersion)
		}
		if err != nil {
			fmt.Fprintf(os.Stderr, "chart %s: %v\n", chart.name, err)
			os.Exit(1)
		}
	}
}

func write(from fs.FS, root, into, version, chartVersion string) error {
	return fs.WalkDir(from, root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, filepath.FromSlash(name))
		if err != nil {
			return err
		}
		target := filepath.Join(into, relative)
		if entry.IsDir() {
			return os.MkdirAll(target, 0o755)
		}
		content, err := fs.ReadFile(from, name)
		if err != nil {
			return err
		}
		switch path.Base(name) {
		case "values.yaml", "values-ha.yaml":
			content = bytes.ReplaceAll(content, []byte(versionPlaceholder), []byte(version))
		case "Chart.yaml":
			content = bytes.ReplaceAll(content, []byte(appVersionPlaceholder), []byte(version))
			content = bytes.ReplaceAll(content, []byte(chartVersionPlaceholder), []byte(chartVersion))
		}
		return os.WriteFile(target, content, 0o644)
	})
}
