package deployed

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// cluster is everything that deploy/kubernetes has.
type cluster struct {
	namespaces  []*namespace
	config      []*configMap
	deployments []*deployment
	jobs        []*job
	services    []*service
	budgets     []*disruptionBudget
	scalers     []*autoscaler
	ingresses   []*ingress
	policies    []*networkPolicy
	overlays    map[string]*kustomization
}

// kept adds a new object to a list and returns it.
func kept[T any](list *[]*T) (any, error) {
	v := new(T)
	*list = append(*list, v)
	return v, nil
}

func manifests(t *testing.T) *cluster {
	t.Helper()
	c := &cluster{overlays: map[string]*kustomization{}}
	files, err := filepath.Glob(root + "/deploy/kubernetes/*/*.yaml")
	if err != nil || len(files) < 10 {
		t.Fatalf("manifests: %v %v", files, err)
	}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := strictly(string(text), func(kind string) (any, error) {
			switch kind {
			case "Namespace":
				return kept(&c.namespaces)
			case "ConfigMap":
				return kept(&c.config)
			case "ServiceAccount":
				return &serviceAccount{}, nil
			case "Deployment":
				return kept(&c.deployments)
			case "Job":
				return kept(&c.jobs)
			case "Service":
				return kept(&c.services)
			case "PodDisruptionBudget":
				return kept(&c.budgets)
			case "HorizontalPodAutoscaler":
				return kept(&c.scalers)
			case "Ingress":
				return kept(&c.ingresses)
			case "NetworkPolicy":
				return kept(&c.policies)
			case "Kustomization":
				k := &kustomization{}
				c.overlays[filepath.Base(filepath.Dir(path))] = k
				return k, nil
			}
			return nil, fmt.Errorf("kind %q is none that is shipped", kind)
		}); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	return c
}

func TestManifestsAreRefusedWithWhatIsUnknown(t *testing.T) {
	text := "kind: Deployment\napiVersion: apps/v1\nspec:\n  replica: 3\n"
	if err := strictly(text, func(string) (any, error) { return &deployment{}, nil }); err == nil || !strings.Contains(err.Error(), "replica") {
		t.Errorf("a misspelt field is taken: %v", err)
	}
}

func TestKubernetes(t *testing.T) {
	c := manifests(t)
	if len(c.deployments) != 3 || len(c.jobs) != 1 || len(c.namespaces) != 2 || len(c.scalers) != 1 || len(c.ingresses) != 4 || len(c.policies) != 3 {
		t.Fatalf("%d deployments, %d jobs, %d namespaces, %d scalers, %d ingresses, %d policies", len(c.deployments), len(c.jobs), len(c.namespaces), len(c.scalers), len(c.ingresses), len(c.policies))
	}
	for _, d := range c.deployments {
		one, spec := d.Spec.Template.Spec.Containers[0], d.Spec.Template.Spec
		role := d.Metadata.Labels["app.kubernetes.io/component"]
		if d.APIVersion != "apps/v1" || one.Name != role || d.Metadata.Name != "foliosight-"+role {
			t.Errorf("%s: %s %s", d.Metadata.Name, d.APIVersion, one.Name)
		}
		if wanted := 3; role != "worker" && d.Spec.Replicas != wanted {
			t.Errorf("%s: %d replicas", role, d.Spec.Replicas)
		}
		if !spec.SecurityContext.RunAsNonRoot || spec.SecurityContext.RunAsUser == 0 || !one.SecurityContext.ReadOnlyRootFilesystem || one.SecurityContext.AllowPrivilegeEscalation == nil || *one.SecurityContext.AllowPrivilegeEscalation || !slices.Equal(one.SecurityContext.Capabilities.Drop, []string{"ALL"}) {
			t.Errorf("%s may do more than it needs", role)
		}
		// A database that is away makes a process wait, never start anew.
		if one.LivenessProbe.HTTPGet.Path != "/health/live" || one.ReadinessProbe.HTTPGet.Path != "/health/ready" || one.StartupProbe.HTTPGet.Path != "/health/live" {
			t.Errorf("%s: probes ask %s, %s", role, one.LivenessProbe.HTTPGet.Path, one.ReadinessProbe.HTTPGet.Path)
		}
		if s := d.Spec.Strategy.RollingUpdate; s.MaxSurge < 1 || s.MaxUnavailable == nil || *s.MaxUnavailable != 0 {
			t.Errorf("%s: one goes before another is there", role)
		}
		// Ten seconds until nobody comes, ten for requests, 25 for jobs.
		if before := one.Lifecycle.PreStop.Sleep.Seconds; before < 5 || spec.TerminationGracePeriodSeconds < before+10+25 {
			t.Errorf("%s: %d s of %d s are left to end what is under way", role, spec.TerminationGracePeriodSeconds-before, spec.TerminationGracePeriodSeconds)
		}
		if !slices.Equal(slices.Sorted(keys(d.Spec.Selector.MatchLabels)), slices.Sorted(keys(d.Spec.Template.Metadata.Labels))) {
			t.Errorf("%s selects others", role)
		}
		port := fmt.Sprint(one.Ports[0].ContainerPort)
		if env := values(one.Env); !strings.HasSuffix(env["FOLIOSIGHT_LISTEN"], ":"+port) || env["FOLIOSIGHT_ROLES"] != role {
			t.Errorf("%s listens on %s, its port is %s", role, env["FOLIOSIGHT_LISTEN"], port)
		}
		for _, v := range spec.Volumes {
			for _, item := range v.Secret.Items {
				if item.Key == "database_admin_url" {
					t.Errorf("%s has the owner's address", role)
				}
			}
		}
	}
	if j := c.jobs[0].Spec.Template.Spec; j.RestartPolicy != "Never" || !slices.Equal(j.Containers[0].Args, []string{"migrate", "up"}) {
		t.Errorf("the migration: %+v", j)
	}
	for _, name := range []string{"api", "web", "worker"} {
		if !slices.ContainsFunc(c.budgets, func(b *disruptionBudget) bool {
			return b.Metadata.Name == "foliosight-"+name && b.Spec.MinAvailable >= 1 && b.APIVersion == "policy/v1" && b.Spec.Selector.MatchLabels["app.kubernetes.io/component"] == name
		}) {
			t.Errorf("%s has no disruption budget", name)
		}
	}
	if s := c.scalers[0].Spec; s.MinReplicas != 3 || s.MaxReplicas <= s.MinReplicas || s.ScaleTargetRef.Name != "foliosight-api" {
		t.Errorf("scaling: %+v", s)
	}
	for _, s := range c.services {
		if s.Spec.Type != "ClusterIP" || s.Spec.Ports[0].TargetPort != "http" {
			t.Errorf("%s: %+v", s.Metadata.Name, s.Spec)
		}
	}
	limits := map[string][2]string{"foliosight-programs": {"10", "2"}, "foliosight-chat": {"5", "2"}, "foliosight-sign-in": {"1", "3"}}
	for _, i := range c.ingresses {
		if len(i.Spec.TLS) != 1 || i.Spec.TLS[0].Hosts[0] != i.Spec.Rules[0].Host {
			t.Errorf("%s is reached without TLS", i.Metadata.Name)
		}
		if want, ok := limits[i.Metadata.Name]; ok && (i.Metadata.Annotations["nginx.ingress.kubernetes.io/limit-rps"] != want[0] || i.Metadata.Annotations["nginx.ingress.kubernetes.io/limit-burst-multiplier"] != want[1]) {
			t.Errorf("%s: limits %v", i.Metadata.Name, i.Metadata.Annotations)
		}
		for _, p := range i.Spec.Rules[0].HTTP.Paths {
			if !slices.ContainsFunc(c.services, func(s *service) bool { return s.Metadata.Name == p.Backend.Service.Name }) {
				t.Errorf("%s leads to %s, which is not there", i.Metadata.Name, p.Backend.Service.Name)
			}
		}
	}
	if p := c.policies[0]; len(p.Spec.PodSelector.MatchLabels)+len(p.Spec.Ingress)+len(p.Spec.Egress) != 0 || len(p.Spec.PolicyTypes) != 2 {
		t.Errorf("what is not allowed is not refused: %+v", p.Spec)
	}
	if a, b := c.overlays["production"], c.overlays["staging"]; a.Namespace == b.Namespace || !slices.Equal(a.Resources, b.Resources) || fmt.Sprint(a.SecretGenerator) != fmt.Sprint(b.SecretGenerator) || fmt.Sprint(a.Images) != fmt.Sprint(b.Images) {
		t.Error("staging is not like production")
	}
}

// TestNoSecretsInSettings looks for what only secrets hold.
func TestNoSecretsInSettings(t *testing.T) {
	err := filepath.WalkDir(root+"/deploy", func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			if entry != nil && strings.HasPrefix(entry.Name(), "secrets") {
				return filepath.SkipDir // made on this machine, not kept
			}
			return err
		}
		if strings.HasSuffix(path, "make-secrets") {
			return nil
		}
		text, err := os.ReadFile(path)
		for n, line := range strings.Split(string(text), "\n") {
			for _, name := range []string{"SECRET_KEY", "ENCRYPTION_KEY", "DATABASE_URL", "DATABASE_ADMIN_URL", "POSTGRES_PASSWORD", "SMTP_PASSWORD"} {
				if _, value, ok := strings.Cut(line, name+":"); ok && strings.TrimSpace(value) != "" {
					t.Errorf("%s line %d: %s has its value there; name a file", path, n+1, name)
				}
				if _, value, ok := strings.Cut(line, name+"="); ok && strings.TrimSpace(value) != "" && !strings.HasPrefix(strings.TrimSpace(line), "#") {
					t.Errorf("%s line %d: %s has its value there; name a file", path, n+1, name)
				}
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func values(env environment) map[string]string {
	out := map[string]string{}
	for _, e := range env {
		out[e.Name] = e.Value
	}
	return out
}
