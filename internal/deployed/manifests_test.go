package deployed

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	apps "k8s.io/api/apps/v1"
	autoscaling "k8s.io/api/autoscaling/v2"
	batch "k8s.io/api/batch/v1"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	policy "k8s.io/api/policy/v1"
	documents "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// cluster is everything that deploy/kubernetes has, in the types of Kubernetes' own API.
type cluster struct {
	namespaces  []*core.Namespace
	config      []*core.ConfigMap
	accounts    []*core.ServiceAccount
	services    []*core.Service
	deployments []*apps.Deployment
	jobs        []*batch.Job
	budgets     []*policy.PodDisruptionBudget
	scalers     []*autoscaling.HorizontalPodAutoscaler
	ingresses   []*networking.Ingress
	policies    []*networking.NetworkPolicy
	overlays    map[string]*kustomization
}

// kustomization is what ours use of kustomize.config.k8s.io/v1beta1, which is no part of
// the API of a cluster.
type kustomization struct {
	APIVersion string   `json:"apiVersion"`
	Kind       string   `json:"kind"`
	Namespace  string   `json:"namespace"`
	Resources  []string `json:"resources"`
	Images     []struct {
		Name    string `json:"name"`
		NewName string `json:"newName"`
		NewTag  string `json:"newTag"`
	} `json:"images"`
	SecretGenerator []struct {
		Name  string   `json:"name"`
		Files []string `json:"files"`
	} `json:"secretGenerator"`
	Patches []struct {
		Target struct {
			Kind string `json:"kind"`
			Name string `json:"name"`
		} `json:"target"`
		Patch string `json:"patch"`
	} `json:"patches"`
}

// kept adds a new object to a list and returns it.
func kept[T any](list *[]*T) any {
	v := new(T)
	*list = append(*list, v)
	return v
}

// object is where an object of a version and kind goes; nil: it is none that is shipped.
func (c *cluster) object(version, kind, overlay string) any {
	switch version + " " + kind {
	case "v1 Namespace":
		return kept(&c.namespaces)
	case "v1 ConfigMap":
		return kept(&c.config)
	case "v1 ServiceAccount":
		return kept(&c.accounts)
	case "v1 Service":
		return kept(&c.services)
	case "apps/v1 Deployment":
		return kept(&c.deployments)
	case "batch/v1 Job":
		return kept(&c.jobs)
	case "policy/v1 PodDisruptionBudget":
		return kept(&c.budgets)
	case "autoscaling/v2 HorizontalPodAutoscaler":
		return kept(&c.scalers)
	case "networking.k8s.io/v1 Ingress":
		return kept(&c.ingresses)
	case "networking.k8s.io/v1 NetworkPolicy":
		return kept(&c.policies)
	case "kustomize.config.k8s.io/v1beta1 Kustomization":
		k := &kustomization{}
		c.overlays[overlay] = k
		return k
	}
	return nil
}

// add decodes each document of a text into what it is. A field that its type does not
// have, or that is there twice, is an error.
func (c *cluster) add(text, overlay string) error {
	reader := documents.NewYAMLReader(bufio.NewReader(strings.NewReader(text)))
	for n := 1; ; n++ {
		document, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("document %d: %w", n, err)
		}
		var head struct {
			APIVersion string `json:"apiVersion"`
			Kind       string `json:"kind"`
		}
		if err := yaml.Unmarshal(document, &head); err != nil {
			return fmt.Errorf("document %d: %w", n, err)
		}
		into := c.object(head.APIVersion, head.Kind, overlay)
		if into == nil {
			return fmt.Errorf("document %d: %s %q is none that is shipped", n, head.APIVersion, head.Kind)
		}
		if err := yaml.UnmarshalStrict(document, into); err != nil {
			return fmt.Errorf("document %d, %s: %w", n, head.Kind, err)
		}
	}
}

// shipped are the manifests, read once.
var shipped = sync.OnceValues(func() (*cluster, error) {
	c := &cluster{overlays: map[string]*kustomization{}}
	files, err := filepath.Glob(root + "/deploy/kubernetes/*/*.yaml")
	if err != nil || len(files) < 10 {
		return nil, fmt.Errorf("manifests: %v %w", files, err)
	}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		if err := c.add(string(text), filepath.Base(filepath.Dir(path))); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	return c, nil
})

func manifests(t *testing.T) *cluster {
	t.Helper()
	c, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestManifestsAreRefused(t *testing.T) {
	text := read(t, "deploy/kubernetes/base/api.yaml")
	for _, c := range []struct{ old, new, says string }{
		{"  replicas: 3\n", "  replica: 3\n", "replica"},
		{"  replicas: 3\n", "  replicas: 3\n  replicas: 4\n", "replicas"},
		{"  replicas: 3\n", "  replicas: three\n", "replicas"},
		{"              cpu: 250m\n", "              cpu: a quarter\n", "quantities"},
		{"apiVersion: apps/v1\nkind: Deployment\n", "apiVersion: apps/v1beta1\nkind: Deployment\n", "apps/v1beta1"},
		{"          livenessProbe:\n            httpGet:\n", "          livenessProbe:\n            http:\n", `unknown field "http"`},
	} {
		if strings.Count(text, c.old) != 1 {
			t.Fatalf("it does not say %q once", c.old)
		}
		if err := (&cluster{}).add(strings.Replace(text, c.old, c.new, 1), ""); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q is taken: %v", c.new, err)
		}
	}
}

func values(env []core.EnvVar) map[string]string {
	out := map[string]string{}
	for _, e := range env {
		out[e.Name] = e.Value
	}
	return out
}
