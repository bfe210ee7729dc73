package deployed

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// The fields of an ECS task definition that ours uses, after RegisterTaskDefinition of the
// service's API reference.
type (
	ecsTask struct {
		Family, NetworkMode, CPU, Memory string
		RequiresCompatibilities          []string
		RuntimePlatform                  struct{ CPUArchitecture, OperatingSystemFamily string }
		ExecutionRoleARN, TaskRoleARN    string
		Volumes                          []struct{ Name string }
		ContainerDefinitions             []ecsContainer
	}
	ecsContainer struct {
		Name, Image, User      string
		ReadonlyRootFilesystem bool
		Essential              bool
		CPU, MemoryReservation int
		StopTimeout            int
		Command                []string
		Environment            []struct{ Name, Value string }
		Secrets                []struct{ Name, ValueFrom string }
		DependsOn              []struct{ ContainerName, Condition string }
		HealthCheck            ecsHealth
		MountPoints            []struct{ SourceVolume, ContainerPath string }
		PortMappings           []ecsPort
		LogConfiguration       ecsLog
		LinuxParameters        ecsLinux
	}
	ecsHealth struct {
		Command                                 []string
		Interval, Timeout, Retries, StartPeriod int
	}
	ecsPort struct {
		Name, Protocol, AppProtocol string
		ContainerPort               int
	}
	ecsLog struct {
		LogDriver string
		Options   map[string]string
	}
	ecsLinux struct {
		InitProcessEnabled bool
		Capabilities       struct{ Drop []string }
	}
)

func ecs(t *testing.T) ecsTask {
	t.Helper()
	var task ecsTask
	d := json.NewDecoder(strings.NewReader(read(t, "deploy/ecs/task-definition.json")))
	d.DisallowUnknownFields()
	if err := d.Decode(&task); err != nil {
		t.Fatal(err)
	}
	return task
}

func TestECS(t *testing.T) {
	task := ecs(t)
	// Of Fargate's sizes: a processor with two gigabytes, as the seeds have it.
	if task.CPU != "1024" || task.Memory != "2048" || task.NetworkMode != "awsvpc" || !slices.Equal(task.RequiresCompatibilities, []string{"FARGATE"}) || task.ExecutionRoleARN == "" || task.TaskRoleARN == "" {
		t.Errorf("%+v", task)
	}
	var names []string
	cpu, memory := 0, 0
	for _, c := range task.ContainerDefinitions {
		names = append(names, c.Name)
		cpu, memory = cpu+c.CPU, memory+c.MemoryReservation
		if strings.HasPrefix(c.User, "0") || c.User == "" || !c.ReadonlyRootFilesystem || !slices.Equal(c.LinuxParameters.Capabilities.Drop, []string{"ALL"}) {
			t.Errorf("%s may do more than it needs", c.Name)
		}
		var secrets []string
		for _, s := range c.Secrets {
			secrets = append(secrets, s.Name)
			if !strings.HasPrefix(s.ValueFrom, "arn:aws:secretsmanager:") {
				t.Errorf("%s: %s comes from %s", c.Name, s.Name, s.ValueFrom)
			}
		}
		if c.Name == "migrate" {
			if c.Essential || !slices.Equal(c.Command, []string{"migrate", "up"}) || !slices.Contains(secrets, "DATABASE_ADMIN_URL") {
				t.Errorf("the migration: %+v", c)
			}
			continue
		}
		if !c.Essential || len(c.DependsOn) != 1 || c.DependsOn[0].ContainerName != "migrate" || c.DependsOn[0].Condition != "SUCCESS" {
			t.Errorf("%s does not wait for the migration", c.Name)
		}
		if slices.Contains(secrets, "DATABASE_ADMIN_URL") {
			t.Errorf("%s has the owner's address", c.Name)
		}
		if !slices.Equal(c.HealthCheck.Command, []string{"CMD", "/foliosight", "health", "--brief"}) || c.StopTimeout < 45 || c.LogConfiguration.LogDriver != "awslogs" {
			t.Errorf("%s: %+v, %d s to stop", c.Name, c.HealthCheck, c.StopTimeout)
		}
		for _, p := range c.PortMappings {
			listens := ""
			for _, e := range c.Environment {
				if e.Name == "FOLIOSIGHT_LISTEN" {
					listens = e.Value
				}
			}
			if want := map[string]int{"api": 8000, "web": 3000}[c.Name]; p.ContainerPort != want || !strings.HasPrefix(listens, "0.0.0.0:") || !strings.HasSuffix(listens, map[string]string{"api": ":8000", "web": ":3000"}[c.Name]) {
				t.Errorf("%s: port %d, listens on %s", c.Name, p.ContainerPort, listens)
			}
		}
	}
	if !slices.Equal(names, []string{"migrate", "api", "web", "worker"}) || cpu > 1024 || memory > 2048 {
		t.Errorf("%v share %d units and %d MB", names, cpu, memory)
	}
}
