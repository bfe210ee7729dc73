package deployed

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	apps "k8s.io/api/apps/v1"
	autoscaling "k8s.io/api/autoscaling/v2"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	policy "k8s.io/api/policy/v1"
)

// roles are the deployments, by what they do.
func (c *cluster) roles(t *testing.T) map[string]*apps.Deployment {
	t.Helper()
	out := map[string]*apps.Deployment{}
	for _, d := range c.deployments {
		out[d.Labels["app.kubernetes.io/component"]] = d
	}
	if len(out) != 3 || out["api"] == nil || out["web"] == nil || out["worker"] == nil {
		t.Fatalf("deployments %v", slices.Sorted(keys(out)))
	}
	return out
}

// is says whether something that may be left out is there and is this.
func is[T comparable](given *T, want T) bool { return given != nil && *given == want }

func TestKubernetes(t *testing.T) {
	c := manifests(t)
	if len(c.jobs) != 1 || len(c.namespaces) != 2 || len(c.scalers) != 1 || len(c.ingresses) != 4 || len(c.policies) != 3 || len(c.accounts) != 1 {
		t.Fatalf("%d jobs, %d namespaces, %d scalers, %d ingresses, %d policies, %d accounts", len(c.jobs), len(c.namespaces), len(c.scalers), len(c.ingresses), len(c.policies), len(c.accounts))
	}
	for role, d := range c.roles(t) {
		spec := d.Spec.Template.Spec
		one := spec.Containers[0]
		if one.Name != role || d.Name != "foliosight-"+role || len(spec.Containers) != 1 {
			t.Errorf("%s: %s", d.Name, one.Name)
		}
		if role != "worker" && !is(d.Spec.Replicas, 3) {
			t.Errorf("%s: other replicas than 3", role)
		}
		careful(t, role, spec)
		if s := d.Spec.Strategy.RollingUpdate; s == nil || s.MaxSurge == nil || s.MaxSurge.IntValue() < 1 || s.MaxUnavailable == nil || s.MaxUnavailable.String() != "0" {
			t.Errorf("%s: one goes before another is there", role)
		}
		// Ten seconds until nobody comes, 25 for requests and jobs.
		before := one.Lifecycle.PreStop.Sleep.Seconds
		if whole := spec.TerminationGracePeriodSeconds; whole == nil || before < 5 || *whole < before+25+5 {
			t.Errorf("%s: too little is left to end what is under way", role)
		}
		if !maps.Equal(d.Spec.Selector.MatchLabels, d.Spec.Template.Labels) {
			t.Errorf("%s selects others", role)
		}
		port := fmt.Sprint(one.Ports[0].ContainerPort)
		if env := values(one.Env); !strings.HasSuffix(env["FOLIOSIGHT_LISTEN"], ":"+port) || env["FOLIOSIGHT_ROLES"] != role || one.Ports[0].Name != "http" {
			t.Errorf("%s listens on %s, its port is %s", role, env["FOLIOSIGHT_LISTEN"], port)
		}
		if one.Resources.Requests.Memory().IsZero() || one.Resources.Limits.Memory().Cmp(*one.Resources.Requests.Memory()) < 0 || one.Resources.Requests.Cpu().IsZero() {
			t.Errorf("%s: resources %+v", role, one.Resources)
		}
	}
	if j := c.jobs[0].Spec.Template.Spec; j.RestartPolicy != core.RestartPolicyNever || !slices.Equal(j.Containers[0].Args, []string{"migrate", "up"}) {
		t.Errorf("the migration: %+v", j)
	}
	careful(t, "migrate", c.jobs[0].Spec.Template.Spec)
}

// careful: a pod may do what it needs and no more, and its secrets are files; a part that
// answers says apart whether it lives and whether it can answer.
func careful(t *testing.T, role string, spec core.PodSpec) {
	t.Helper()
	one := spec.Containers[0]
	pod, own := spec.SecurityContext, one.SecurityContext
	if pod == nil || !is(pod.RunAsNonRoot, true) || pod.RunAsUser == nil || *pod.RunAsUser == 0 || pod.SeccompProfile == nil || pod.SeccompProfile.Type != core.SeccompProfileTypeRuntimeDefault ||
		own == nil || !is(own.ReadOnlyRootFilesystem, true) || !is(own.AllowPrivilegeEscalation, false) || own.Capabilities == nil || !slices.Equal(own.Capabilities.Drop, []core.Capability{"ALL"}) || !is(spec.AutomountServiceAccountToken, false) {
		t.Errorf("%s may do more than it needs", role)
	}
	var files []string
	for _, v := range spec.Volumes {
		if v.Secret != nil {
			for _, item := range v.Secret.Items {
				files = append(files, item.Key)
			}
		}
	}
	if len(files) == 0 || slices.Contains(files, "database_admin_url") != (role == "migrate") {
		t.Errorf("%s has the secrets %v", role, files)
	}
	for _, e := range one.Env {
		if e.ValueFrom != nil && e.ValueFrom.SecretKeyRef != nil {
			t.Errorf("%s: %s is a secret in the environment, not a file", role, e.Name)
		}
	}
	if role == "migrate" {
		return
	}
	// A database that is away makes a process wait, never start anew.
	for name, probe := range map[string]*core.Probe{"/health/live": one.LivenessProbe, "/health/ready": one.ReadinessProbe, "/health/live ": one.StartupProbe} {
		if probe == nil || probe.HTTPGet == nil || probe.HTTPGet.Path != strings.TrimSpace(name) || probe.HTTPGet.Port.String() != "http" {
			t.Errorf("%s: a probe of %s is %+v", role, name, probe)
		}
	}
}

func TestKubernetesUnderLoadAndInRepair(t *testing.T) {
	c := manifests(t)
	for role, d := range c.roles(t) {
		if !slices.ContainsFunc(c.budgets, func(b *policy.PodDisruptionBudget) bool {
			return b.Name == d.Name && b.Spec.MinAvailable != nil && b.Spec.MinAvailable.IntValue() >= 1 && maps.Equal(b.Spec.Selector.MatchLabels, d.Spec.Template.Labels)
		}) {
			t.Errorf("%s has no disruption budget", role)
		}
	}
	s := c.scalers[0].Spec
	if !is(s.MinReplicas, 3) || s.MaxReplicas <= 3 || s.ScaleTargetRef.Name != "foliosight-api" || s.ScaleTargetRef.Kind != "Deployment" || s.ScaleTargetRef.APIVersion != "apps/v1" {
		t.Errorf("scaling: %+v", s)
	}
	for _, m := range s.Metrics {
		if m.Type != autoscaling.ResourceMetricSourceType || m.Resource == nil || m.Resource.Target.Type != autoscaling.UtilizationMetricType || m.Resource.Target.AverageUtilization == nil {
			t.Errorf("scaling by %+v", m)
		}
	}
}

func TestKubernetesIsReached(t *testing.T) {
	c := manifests(t)
	roles := c.roles(t)
	for _, s := range c.services {
		to := roles[s.Spec.Selector["app.kubernetes.io/component"]]
		if s.Spec.Type != core.ServiceTypeClusterIP || s.Spec.Ports[0].TargetPort.String() != "http" || to == nil || !maps.Equal(s.Spec.Selector, to.Spec.Template.Labels) {
			t.Errorf("%s: %+v", s.Name, s.Spec)
		}
	}
	limits := map[string][2]string{"foliosight-programs": {"10", "2"}, "foliosight-chat": {"5", "2"}, "foliosight-sign-in": {"1", "3"}}
	for _, i := range c.ingresses {
		if len(i.Spec.TLS) != 1 || i.Spec.TLS[0].Hosts[0] != i.Spec.Rules[0].Host {
			t.Errorf("%s is reached without TLS", i.Name)
		}
		if want, ok := limits[i.Name]; ok && (i.Annotations["nginx.ingress.kubernetes.io/limit-rps"] != want[0] || i.Annotations["nginx.ingress.kubernetes.io/limit-burst-multiplier"] != want[1]) {
			t.Errorf("%s: limits %v", i.Name, i.Annotations)
		}
		for _, p := range i.Spec.Rules[0].HTTP.Paths {
			if !slices.ContainsFunc(c.services, func(s *core.Service) bool {
				return s.Name == p.Backend.Service.Name && s.Spec.Ports[0].Name == p.Backend.Service.Port.Name
			}) {
				t.Errorf("%s leads to %s, which is not there", i.Name, p.Backend.Service.Name)
			}
		}
	}
	// What no policy lets in or out is refused, for every pod.
	refuse := c.policies[slices.IndexFunc(c.policies, func(p *networking.NetworkPolicy) bool { return p.Name == "nothing-else" })].Spec
	if len(refuse.PodSelector.MatchLabels)+len(refuse.PodSelector.MatchExpressions)+len(refuse.Ingress)+len(refuse.Egress) != 0 || !slices.Equal(refuse.PolicyTypes, []networking.PolicyType{networking.PolicyTypeIngress, networking.PolicyTypeEgress}) {
		t.Errorf("what is not allowed is not refused: %+v", refuse)
	}
	for _, p := range c.policies {
		for _, rule := range p.Spec.Ingress {
			if len(rule.From) == 0 || len(rule.Ports) == 0 {
				t.Errorf("%s lets everybody in", p.Name)
			}
		}
		for _, rule := range p.Spec.Egress {
			if len(rule.To) == 0 || len(rule.Ports) == 0 {
				t.Errorf("%s lets everything out", p.Name)
			}
		}
	}
}

func TestOverlays(t *testing.T) {
	c := manifests(t)
	a, b := c.overlays["production"], c.overlays["staging"]
	if a.Namespace == b.Namespace || !slices.Equal(a.Resources, b.Resources) || fmt.Sprint(a.SecretGenerator) != fmt.Sprint(b.SecretGenerator) || fmt.Sprint(a.Images) != fmt.Sprint(b.Images) {
		t.Error("staging is not like production")
	}
	for _, overlay := range []string{"base", "production", "staging"} {
		for _, resource := range c.overlays[overlay].Resources {
			if _, err := os.Stat(filepath.Join(root, "deploy/kubernetes", overlay, resource)); err != nil {
				t.Errorf("%s: %v", overlay, err)
			}
		}
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
