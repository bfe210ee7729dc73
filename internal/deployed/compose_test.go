package deployed

import (
	"iter"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The fields of a compose file that ours use, named and typed after the specification
// (compose-spec.io, 05-services and on).
type (
	composeFile struct {
		Name       string                    `yaml:"name"`
		Services   map[string]composeService `yaml:"services"`
		Networks   map[string]composeNetwork `yaml:"networks"`
		Volumes    map[string]struct{}       `yaml:"volumes"`
		Secrets    map[string]composeSecret  `yaml:"secrets"`
		Extensions map[string]any            `yaml:",inline"` // x-…: what services share
	}
	composeService struct {
		Image           string                    `yaml:"image"`
		Build           composeBuild              `yaml:"build"`
		User            string                    `yaml:"user"`
		ReadOnly        bool                      `yaml:"read_only"`
		CapDrop         []string                  `yaml:"cap_drop"`
		SecurityOpt     []string                  `yaml:"security_opt"`
		Tmpfs           []string                  `yaml:"tmpfs"`
		Restart         string                    `yaml:"restart"`
		StopGracePeriod string                    `yaml:"stop_grace_period"`
		ShmSize         string                    `yaml:"shm_size"`
		Command         []string                  `yaml:"command"`
		Environment     map[string]string         `yaml:"environment"`
		Secrets         []string                  `yaml:"secrets"`
		Networks        []string                  `yaml:"networks"`
		Ports           []string                  `yaml:"ports"`
		Volumes         []string                  `yaml:"volumes"`
		DependsOn       map[string]composeDepends `yaml:"depends_on"`
		HealthCheck     composeHealth             `yaml:"healthcheck"`
		Logging         struct {
			Driver  string            `yaml:"driver"`
			Options map[string]string `yaml:"options"`
		} `yaml:"logging"`
		Develop struct {
			Watch []struct {
				Action string   `yaml:"action"`
				Path   string   `yaml:"path"`
				Ignore []string `yaml:"ignore"`
			} `yaml:"watch"`
		} `yaml:"develop"`
	}
	composeBuild struct {
		Context    string            `yaml:"context"`
		Dockerfile string            `yaml:"dockerfile"`
		Args       map[string]string `yaml:"args"`
	}
	composeDepends struct {
		Condition string `yaml:"condition"`
	}
	composeHealth struct {
		Test        []string `yaml:"test"`
		Interval    string   `yaml:"interval"`
		Timeout     string   `yaml:"timeout"`
		Retries     int      `yaml:"retries"`
		StartPeriod string   `yaml:"start_period"`
		Disable     bool     `yaml:"disable"`
	}
	composeNetwork struct {
		Internal bool `yaml:"internal"`
		IPAM     struct {
			Config []struct {
				Subnet string `yaml:"subnet"`
			} `yaml:"config"`
		} `yaml:"ipam"`
	}
	composeSecret struct {
		File string `yaml:"file"`
	}
)

// ours says whether a service is the program.
func (s composeService) ours() bool { return strings.HasPrefix(s.Image, "foliosight:") }

func compose(t *testing.T, name string) composeFile {
	t.Helper()
	var c composeFile
	if err := strictly(read(t, "deploy/"+name), func(string) (any, error) { return &c, nil }); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	for extension := range c.Extensions {
		if !strings.HasPrefix(extension, "x-") {
			t.Errorf("%s: %q is nothing that compose knows", name, extension)
		}
	}
	return c
}

func keys[V any](m map[string]V) iter.Seq[string] { return maps.Keys(m) }

func TestCompose(t *testing.T) {
	for _, name := range []string{"docker-compose.prod.yml", "docker-compose.dev.yml"} {
		c := compose(t, name)
		for _, s := range slices.Sorted(keys(c.Services)) {
			one := c.Services[s]
			for on, d := range one.DependsOn {
				want := "service_healthy"
				if on == "migrate" {
					want = "service_completed_successfully"
				}
				if other, ok := c.Services[on]; !ok || d.Condition != want || on != "migrate" && other.HealthCheck.Test == nil {
					t.Errorf("%s: %s waits for %s until %s", name, s, on, d.Condition)
				}
			}
			for _, secret := range one.Secrets {
				if _, ok := c.Secrets[secret]; !ok {
					t.Errorf("%s: %s has a secret %s that is not there", name, s, secret)
				}
			}
			for variable, value := range one.Environment {
				if path, ok := strings.CutPrefix(value, "/run/secrets/"); ok && !slices.Contains(one.Secrets, path) {
					t.Errorf("%s: %s reads %s from a secret that it does not have", name, s, variable)
				}
			}
			if one.ours() && s != "migrate" && (slices.Contains(one.Secrets, "database_admin_url") || !slices.Equal(one.HealthCheck.Test, []string{"CMD", "/foliosight", "health", "--brief"})) {
				t.Errorf("%s: %s has the owner's address, or another health check: %v", name, s, one.HealthCheck.Test)
			}
		}
		if m := c.Services["migrate"]; !slices.Equal(m.Command, []string{"migrate", "up"}) || m.Restart != "no" {
			t.Errorf("%s: the migration is no job that ends: %+v", name, m)
		}
		if p := c.Services["postgres"]; len(p.Ports) != 0 {
			t.Errorf("%s: the database is published at %v", name, p.Ports)
		}
	}
}

func TestComposeOfProduction(t *testing.T) {
	c := compose(t, "docker-compose.prod.yml")
	if names := slices.Sorted(keys(c.Services)); !slices.Equal(names, []string{"api-1", "api-2", "migrate", "postgres", "proxy", "web-1", "web-2", "worker"}) {
		t.Fatalf("services %v", names)
	}
	for name, s := range c.Services {
		if name != "proxy" && len(s.Ports) != 0 {
			t.Errorf("%s is published at %v", name, s.Ports)
		}
		if s.ours() && (s.User == "" || strings.HasPrefix(s.User, "0") || !s.ReadOnly || !slices.Contains(s.CapDrop, "ALL")) {
			t.Errorf("%s may do more than it needs", name)
		}
		if s.ours() && name != "migrate" && s.Logging.Options["max-size"] == "" {
			t.Errorf("%s: its logs grow without end", name)
		}
	}
	if !c.Networks["inside"].Internal || slices.Contains(c.Services["postgres"].Networks, "outgoing") {
		t.Error("the database reaches the world")
	}
	// The list of nginx names the services and their ports.
	list := read(t, "deploy/nginx/upstreams.compose.conf")
	for _, server := range regexp.MustCompile(`(?m)^\s*server (\S+):(\d+) `).FindAllStringSubmatch(list, -1) {
		s, ok := c.Services[server[1]]
		if listens := s.Environment["FOLIOSIGHT_LISTEN"]; !ok || !strings.HasSuffix(listens, ":-"+server[2]+"}") {
			t.Errorf("nginx asks %s:%s, which listens on %q", server[1], server[2], listens)
		}
	}
}

// TestStagingIsLikeProduction compares the settings that both files have.
func TestStagingIsLikeProduction(t *testing.T) {
	used := map[string]bool{}
	for _, m := range regexp.MustCompile(`\$\{([A-Z_]+)`).FindAllStringSubmatch(read(t, "deploy/docker-compose.prod.yml"), -1) {
		used[m[1]] = true
	}
	names := func(file string) (out []string) {
		for _, m := range regexp.MustCompile(`(?m)^([A-Z_]+)=(.+)$`).FindAllStringSubmatch(read(t, file), -1) {
			out = append(out, m[1])
		}
		slices.Sort(out)
		return out
	}
	production, staging := names("deploy/production.env.example"), names("deploy/staging.env.example")
	if !slices.Equal(production, staging) || !slices.Equal(production, slices.Sorted(keys(used))) {
		t.Errorf("compose uses %v\nproduction sets %v\nstaging sets %v", slices.Sorted(keys(used)), production, staging)
	}
}
