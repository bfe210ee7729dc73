package deployed

import (
	"iter"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
	"sigs.k8s.io/yaml"
)

// The files of compose, each with the settings that it is used with.
const (
	production  = "docker-compose.prod.yml production"
	staging     = "docker-compose.prod.yml staging"
	development = "docker-compose.dev.yml"
)

// compose reads a file as compose itself does: held to its schema, settings put in from
// the example that is shipped, names looked up, the parts put together.
func compose(t *testing.T, which string) *types.Project {
	t.Helper()
	name, stage, _ := strings.Cut(which, " ")
	settings := map[string]string{}
	if stage != "" {
		var err error
		if settings, err = dotenv.Read(filepath.Join(root, "deploy", stage+".env.example")); err != nil {
			t.Fatal(err)
		}
	}
	project, err := composed(t, read(t, "deploy/"+name), settings)
	if err != nil {
		t.Fatalf("%s: %v", which, err)
	}
	return project
}

func composed(t *testing.T, text string, settings map[string]string) (*types.Project, error) {
	directory, err := filepath.Abs(root + "/deploy")
	if err != nil {
		t.Fatal(err)
	}
	return loader.LoadWithContext(t.Context(), types.ConfigDetails{WorkingDir: directory, ConfigFiles: []types.ConfigFile{{Filename: filepath.Join(directory, "compose.yml"), Content: []byte(text)}}, Environment: settings})
}

// ours says whether a service is the program.
func ours(s types.ServiceConfig) bool { return strings.HasPrefix(s.Image, "foliosight:") }

// told is a variable of a service; empty: it is not told it.
func told(s types.ServiceConfig, variable string) string {
	if value := s.Environment[variable]; value != nil {
		return *value
	}
	return ""
}

func keys[V any](m map[string]V) iter.Seq[string] { return maps.Keys(m) }

// TestComposeIsRefused: what reads the files is strict.
func TestComposeIsRefused(t *testing.T) {
	text := read(t, "deploy/docker-compose.prod.yml")
	settings, err := dotenv.Read(root + "/deploy/production.env.example")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ old, new, says string }{
		{"stop_grace_period: 60s", "stop_grace_periode: 60s", "stop_grace_periode"},
		{"start_period: 30s", "start_period: soon", "soon"},
		{"networks: [inside, front]", "networks: [inside, frnt]", "frnt"},
		{"secrets: [database_url, database_admin_url]", "secrets: [database_url, database_owner_url]", "database_owner_url"},
	} {
		if strings.Count(text, c.old) != 1 {
			t.Fatalf("it does not say %q once", c.old)
		}
		if _, err := composed(t, strings.Replace(text, c.old, c.new, 1), maps.Clone(settings)); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q is taken: %v", c.new, err)
		}
	}
	for _, needed := range []string{"VERSION", "DOMAIN_NAME", "SECRETS", "CERTIFICATES"} {
		without := maps.Clone(settings)
		delete(without, needed)
		if _, err := composed(t, text, without); err == nil || !strings.Contains(err.Error(), "set "+needed) {
			t.Errorf("without %s: %v", needed, err)
		}
	}
}

func TestCompose(t *testing.T) {
	for _, name := range []string{production, staging, development} {
		c := compose(t, name)
		for _, s := range slices.Sorted(keys(c.Services)) {
			one := c.Services[s]
			for on, d := range one.DependsOn {
				want := types.ServiceConditionHealthy
				if on == "migrate" {
					want = types.ServiceConditionCompletedSuccessfully
				}
				if other, ok := c.Services[on]; !ok || d.Condition != want || on != "migrate" && (other.HealthCheck == nil || other.HealthCheck.Test == nil) {
					t.Errorf("%s: %s waits for %s until %s", name, s, on, d.Condition)
				}
			}
			var secrets []string
			for _, secret := range one.Secrets {
				secrets = append(secrets, secret.Source)
				if c.Secrets[secret.Source].File == "" {
					t.Errorf("%s: %s has a secret %s that is no file", name, s, secret.Source)
				}
			}
			for variable := range one.Environment {
				if path, ok := strings.CutPrefix(told(one, variable), "/run/secrets/"); ok && !slices.Contains(secrets, path) {
					t.Errorf("%s: %s reads %s from a secret that it does not have", name, s, variable)
				}
			}
			if ours(one) && s != "migrate" && (slices.Contains(secrets, "database_admin_url") || !slices.Equal(one.HealthCheck.Test, []string{"CMD", "/foliosight", "health", "--brief"})) {
				t.Errorf("%s: %s has the owner's address, or another health check: %v", name, s, one.HealthCheck.Test)
			}
			for _, v := range one.Volumes {
				if _, err := os.Stat(v.Source); v.Type == "bind" && err != nil && v.Target != "/etc/nginx/certificates" && v.Target != "/var/www/acme" { // who runs it brings these
					t.Errorf("%s: %s mounts what is not there: %v", name, s, err)
				}
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
	c := compose(t, production)
	if names := slices.Sorted(keys(c.Services)); !slices.Equal(names, []string{"api-1", "api-2", "migrate", "postgres", "proxy", "web-1", "web-2", "worker"}) {
		t.Fatalf("services %v", names)
	}
	for name, s := range c.Services {
		if name != "proxy" && len(s.Ports) != 0 {
			t.Errorf("%s is published at %v", name, s.Ports)
		}
		if ours(s) && (s.User == "" || strings.HasPrefix(s.User, "0") || !s.ReadOnly || !slices.Contains(s.CapDrop, "ALL") || !slices.Contains(s.SecurityOpt, "no-new-privileges:true")) {
			t.Errorf("%s may do more than it needs", name)
		}
		if s.Logging == nil || s.Logging.Options["max-size"] == "" {
			t.Errorf("%s: its logs grow without end", name)
		}
		// 25 seconds for requests and jobs.
		if ours(s) && (s.StopGracePeriod == nil || s.StopGracePeriod.String() != "40s") {
			t.Errorf("%s is ended after %v", name, s.StopGracePeriod)
		}
	}
	if _, reaches := c.Services["postgres"].Networks["outgoing"]; !c.Networks["inside"].Internal || reaches || len(c.Services["postgres"].Networks) != 1 {
		t.Error("the database reaches the world")
	}
	// The list of nginx names the services and their ports.
	list := read(t, "deploy/nginx/upstreams.compose.conf")
	for _, server := range regexp.MustCompile(`(?m)^\s*server (\S+):(\d+) `).FindAllStringSubmatch(list, -1) {
		if listens := told(c.Services[server[1]], "FOLIOSIGHT_LISTEN"); listens != "0.0.0.0:"+server[2] {
			t.Errorf("nginx asks %s:%s, which listens on %q", server[1], server[2], listens)
		}
	}
}

// TestPrometheusAsksWhatIsThere: each target is a service at the port that it listens on,
// and no part of the program is left out.
func TestPrometheusAsksWhatIsThere(t *testing.T) {
	var configuration struct {
		ScrapeConfigs []struct {
			StaticConfigs []struct {
				Targets []string
				Labels  map[string]string
			} `json:"static_configs"`
		} `json:"scrape_configs"`
	}
	if err := yaml.Unmarshal([]byte(read(t, "deploy/prometheus/prometheus.yml")), &configuration); err != nil {
		t.Fatal(err)
	}
	asked := map[string]string{}
	for _, part := range configuration.ScrapeConfigs[0].StaticConfigs {
		for _, target := range part.Targets {
			asked[target] = part.Labels["role"]
		}
	}
	want := map[string]string{}
	for name, s := range compose(t, production).Services {
		if role := told(s, "FOLIOSIGHT_ROLES"); role != "" {
			want[name+strings.TrimPrefix(told(s, "FOLIOSIGHT_LISTEN"), "0.0.0.0")] = role
		}
	}
	if !maps.Equal(asked, want) {
		t.Errorf("Prometheus asks %v, there are %v", asked, want)
	}
}

// leadsTo are the networks in which a service finds another by a name: its own is known
// in all that they have in common, an alias in the one that has it.
func leadsTo(from, to types.ServiceConfig, name string) (networks []string) {
	for _, network := range slices.Sorted(keys(from.Networks)) {
		if other, common := to.Networks[network]; common && (to.Name == name || other != nil && slices.Contains(other.Aliases, name)) {
			networks = append(networks, network)
		}
	}
	return networks
}

// TestWhoPassesOnIsTrusted: the program sees the proxy, and the pages that pass programs'
// requests on, at addresses that it trusts, whichever way a name leads.
func TestWhoPassesOnIsTrusted(t *testing.T) {
	c := compose(t, production)
	inside := c.Networks["inside"].Ipam.Config[0].Subnet
	asked := 0
	held := func(from, name string) {
		t.Helper()
		for _, to := range c.Services {
			networks := leadsTo(c.Services[from], to, name)
			if len(networks) == 0 {
				continue
			}
			asked++
			if !slices.Equal(networks, []string{"inside"}) || told(to, "FOLIOSIGHT_TRUSTED_PROXIES") != inside {
				t.Errorf("%s comes to %s through %v, which trusts %s", from, to.Name, networks, told(to, "FOLIOSIGHT_TRUSTED_PROXIES"))
			}
		}
	}
	for _, server := range regexp.MustCompile(`(?m)^\s*server (\S+):`).FindAllStringSubmatch(read(t, "deploy/nginx/upstreams.compose.conf"), -1) {
		held("proxy", server[1])
	}
	for _, web := range []string{"web-1", "web-2"} {
		host, _, _ := strings.Cut(strings.TrimPrefix(told(c.Services[web], "BACKEND_API_URL"), "http://"), ":")
		held(web, host)
	}
	if asked != 6 {
		t.Errorf("%d ways were seen, not 6", asked)
	}
}

// TestStagingIsLikeProduction compares the settings that both files have, and what must
// differ for both to be on one machine.
func TestStagingIsLikeProduction(t *testing.T) {
	used := map[string]bool{}
	for _, m := range regexp.MustCompile(`\$\{([A-Z_]+)`).FindAllStringSubmatch(read(t, "deploy/docker-compose.prod.yml"), -1) {
		used[m[1]] = true
	}
	names := func(stage string) []string {
		settings, err := dotenv.Read(filepath.Join(root, "deploy", stage+".env.example"))
		if err != nil {
			t.Fatal(err)
		}
		return slices.Sorted(keys(settings))
	}
	of, like := names("production"), names("staging")
	if !slices.Equal(of, like) || !slices.Equal(of, slices.Sorted(keys(used))) {
		t.Errorf("compose uses %v\nproduction sets %v\nstaging sets %v", slices.Sorted(keys(used)), of, like)
	}
	taken := map[string]bool{}
	for _, which := range []string{production, staging} {
		c := compose(t, which)
		own := []string{"network " + c.Networks["inside"].Ipam.Config[0].Subnet, "secrets " + c.Secrets["secret_key"].File, "name " + told(c.Services["api-1"], "DOMAIN_NAME")}
		for _, p := range c.Services["proxy"].Ports {
			if _, err := strconv.Atoi(p.Published); err != nil {
				t.Errorf("%s: port %q", which, p.Published)
			}
			own = append(own, "port "+p.Published)
		}
		for _, one := range own {
			if taken[one] {
				t.Errorf("production and staging have the same %s", one)
			}
			taken[one] = true
		}
	}
}
